import OpenAI from 'openai';
import { expect } from 'vitest';
import { run } from '../src/index.js';

export interface Serving {
  /** OpenAI's client, which does not ask twice. */
  readonly client: OpenAI;
  /** Stops the server; what it said. */
  readonly stop: () => Promise<{
    readonly code: number;
    readonly err: string;
    readonly json: { readonly [name: string]: unknown };
  }>;
}

/** `genai serve` in this process, until it is stopped. */
export async function serving(cwd: string, ...argv: string[]): Promise<Serving> {
  const stop = new AbortController();
  let [out, err] = ['', ''];
  let onUrl: (url: string) => void = () => undefined;
  const url = new Promise<string>((resolve) => {
    onUrl = resolve;
  });
  const code = run(['serve', ...argv, '--port', '0', '--backend', 'simd', '--json'], {
    stdout: { write: (text) => (out += text) },
    stderr: {
      write: (text) => {
        err += text;
        const [found] = /http:\S+\/v1/.exec(err) ?? [];
        if (found) onUrl(found);
      },
    },
    cwd,
    signal: stop.signal,
  });
  const address = await Promise.race([url, code.then((ended) => expect.fail(`exit ${ended}: ${err}`))]);
  return {
    client: new OpenAI({ baseURL: address, apiKey: 'none', maxRetries: 0 }),
    stop: async () => {
      stop.abort();
      return { code: await code, err, json: JSON.parse(out.trimEnd().split('\n').at(-1)!) };
    },
  };
}
