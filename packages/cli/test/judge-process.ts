import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import { run } from '../src/index.js';
import type { World } from './world.js';

/** `genai judge` in this process, which listens at `url` until it is stopped. */
export async function judgeProcess(place: World, argv: readonly string[]) {
  const stop = new AbortController();
  let [out, err] = ['', ''];
  let onUrl: (url: string) => void = () => undefined;
  const found = new Promise<string>((resolve) => {
    onUrl = resolve;
  });
  const code = run(['judge', ...argv, '--port', '0', '--json'], {
    stdout: { write: (text) => (out += text) },
    stderr: {
      write: (text) => {
        err += text;
        const [, address] = /(http:\S+)\/\?rater/.exec(err) ?? [];
        if (address) onUrl(address);
      },
    },
    cwd: place.path(),
    signal: stop.signal,
  });
  const url = await Promise.race([found, code.then((ended) => expect.fail(`exit ${ended}: ${err}`))]);
  return {
    url,
    stop: async () => {
      stop.abort();
      return { code: await code, err, json: JSON.parse(out.trimEnd().split('\n').at(-1)!) };
    },
  };
}

/** The lines of a file of votes. */
export async function linesOf(place: World, file = 'votes.jsonl'): Promise<Record<string, unknown>[]> {
  const lines = (await readFile(place.path(file), 'utf8')).trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}
