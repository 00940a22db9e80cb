import { basename, resolve } from 'node:path';
import { disposeTree } from '@genai/core';
import type { QuantisedBits } from '@genai/tensor';
import { engineLabel, startEngine } from '../engine.js';
import type { Io } from '../io.js';
import { type Loaded, loadModel } from '../model/checkpoint.js';
import type { Outcome } from '../outcome.js';
import { servedModel } from '../serve/served-model.js';
import { type TextServer, textServer } from '../serve/text-server.js';
import { UsageError } from '../usage-error.js';

export interface ServeCommandOptions {
  readonly folder: string;
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** Texts that are drawn at once, and that may wait. */
  readonly slots: number;
  readonly queue: number;
  /** What clients call the model: the name of the folder unless given. */
  readonly modelName?: string;
  /** The most tokens of a text, its prompt included. */
  readonly context: number;
  /** Seconds for what is being drawn when the server is stopped. */
  readonly graceSeconds: number;
  readonly seed: number;
  /** Of the weights of a transformer; float32 unless given. */
  readonly bits?: QuantisedBits;
  readonly backend: string;
  readonly json?: boolean;
}

/** `genai serve`: a model of text by the routes of OpenAI's API, until Ctrl-C. */
export async function serve(options: ServeCommandOptions, io: Io): Promise<Outcome> {
  const engine = engineLabel(await startEngine(options.backend));
  const loaded = await loadModel(resolve(io.cwd, options.folder), options.folder, options);
  try {
    const server = await started(loaded, options, io);
    io.stderr.write(`${server.url}/v1, engine ${engine}; Ctrl-C stops\n`);
    await aborted(io.signal);
    await server.stop();
    return { details: { engine, url: server.url, ...server.done } };
  } finally {
    disposeTree(loaded.params);
  }
}

async function started(loaded: Loaded, options: ServeCommandOptions, io: Io): Promise<TextServer> {
  if (loaded.reads !== 'text') {
    throw new UsageError(`${options.folder} holds no model of text. Train one: genai train gpt --data FILE.`);
  }
  const {
    folder,
    host,
    port,
    slots,
    queue,
    seed,
    graceSeconds,
    modelName = basename(resolve(io.cwd, folder)),
  } = options;
  const { trainable, params, tokenizer, chat } = loaded;
  const longest = Math.min(options.context, trainable.longest ?? Number.POSITIVE_INFINITY);
  const batch = trainable.batch(params, { slots, queue, longest });
  const served = servedModel({ name: modelName, tokenizer, chat, batch, longest, places: slots + queue, seed });
  try {
    return await textServer(served, {
      ...{ host, port, grace: 1000 * graceSeconds },
      log: (line) => void io.stderr.write(`${line}\n`),
    });
  } catch (cause) {
    await batch.close();
    throw new UsageError(`cannot listen: ${(cause as Error).message}. Choose another --port or --host.`, { cause });
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
