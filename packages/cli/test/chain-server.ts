import { type ContinuousBatchOptions, continuousBatch } from '@genai/autoregressive';
import { bytes, chatFormat } from '@genai/data';
import { type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import OpenAI from 'openai';
// @boundaries-ignore the model of which everything is known
import { markovChain } from '../../autoregressive/test/markov.js';
import { servedModel } from '../src/serve/served-model.js';
import { type TextServerOptions, textServer } from '../src/serve/text-server.js';

/** After each of its bytes comes the next, and after the last the first: characters of 1, 2 and 4 bytes. */
export const CIRCLE = 'aéb😀cd\n';

const tokenizer = bytes({ special: ['<|system|>', '<|user|>', '<|assistant|>', '<|end|>'] });
const { vocabulary } = tokenizer;

/**
 * Logits (vocabulary, vocabulary) of a chain of bytes: CIRCLE; after the mark of a reply `Yz` and its end; after a digit any digit, as
 * likely as another; after all else any token.
 */
function chainTable(): Tensor {
  const rows = Array.from({ length: vocabulary }, () => new Array<number>(vocabulary).fill(0));
  const only = (token: number, following: readonly number[]): void => {
    rows[token] = rows[token]!.map((_, other) => (following.includes(other) ? 0 : -100));
  };
  const circle = [...tokenizer.encode(CIRCLE)];
  for (const [i, token] of circle.entries()) only(token, [circle[(i + 1) % circle.length]!]);
  const reply = [...tokenizer.encode('<|assistant|>Yz<|end|>', { special: true })];
  for (const [i, token] of reply.entries()) if (i + 1 < reply.length) only(token, [reply[i + 1]!]);
  const digits = [...tokenizer.encode('0123456789')];
  for (const token of digits) only(token, digits);
  return tensor2d(rows);
}

export interface ChainServer extends AsyncDisposable {
  readonly url: string;
  /** OpenAI's client, which does not ask twice. */
  readonly client: OpenAI;
  readonly lines: readonly string[];
  readonly load: () => { readonly running: number; readonly waiting: number; readonly paused: number };
  readonly post: (path: string, body: unknown, init?: RequestInit) => Promise<Response>;
  readonly stop: () => Promise<void>;
}

/** The chain, served at a port of its own. */
export async function chainServer(
  options: Partial<TextServerOptions> &
    ContinuousBatchOptions & { readonly speaks?: boolean; readonly breaks?: boolean } = {},
): Promise<ChainServer> {
  const { slots = 4, queue = 8, longest = 4096, speaks = true } = options;
  const params = { table: chainTable() };
  const chain = markovChain(vocabulary);
  const broken: typeof chain = {
    ...chain,
    step: () => {
      throw new Error('out of memory');
    },
  };
  const batch = continuousBatch(options.breaks ? broken : chain, params, { slots, queue, longest });
  const chat = speaks ? chatFormat({ tokenizer }) : undefined;
  const served = servedModel({ name: 'chain', tokenizer, chat, batch, longest, places: slots + queue, seed: 0 });
  const lines: string[] = [];
  const server = await textServer(served, {
    ...{ host: '127.0.0.1', port: 0, grace: 5_000, log: (line: string) => void lines.push(line) },
    ...options,
  });
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= server.stop().then(() => void params.table.dispose());
    return stopped;
  };
  return {
    url: server.url,
    client: new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 }),
    lines,
    load: () => batch.load,
    post: (path, body, init) =>
      fetch(`${server.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: typeof body === 'string' ? body : JSON.stringify(body),
        ...init,
      }),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
