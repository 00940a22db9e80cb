import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, vi } from 'vitest';
import { buildNative, findCompiler, type NativeBuild } from '../src/native/build-native.js';

/**
 * Gives the tests of a file a cache of their own, with a library in it, and skips them where there is no C compiler.
 *
 * @returns the library, once the tests run.
 */
export function withNative(flags: readonly string[] = []): () => NativeBuild {
  let cache: string;
  let built: NativeBuild | undefined;
  beforeAll(async () => {
    cache = await mkdtemp(join(tmpdir(), 'genai-native-test-'));
    vi.stubEnv('GENAI_CACHE', cache);
    vi.stubEnv('GENAI_NATIVE', 'on');
    if (await hasCompiler()) built = await buildNative({ flags });
  }, 300_000);
  beforeEach(({ skip }) => skip(built === undefined, 'there is no C compiler here'));
  afterAll(async () => {
    vi.unstubAllEnvs();
    await rm(cache, { recursive: true, force: true });
  });
  return () => built!;
}

async function hasCompiler(): Promise<boolean> {
  return process.platform !== 'win32' && findCompiler().then(Boolean, () => false);
}
