import { resolve } from 'node:path';
import { disposeTree, fold, key } from '@genai/core';
import { streamText, type Turn } from '@genai/data';
import type { QuantisedBits } from '@genai/tensor';
import { engineLabel, startEngine } from '../engine.js';
import type { Io } from '../io.js';
import { type Loaded, loadModel } from '../model/checkpoint.js';
import type { Outcome } from '../outcome.js';
import { UsageError } from '../usage-error.js';
import { type DrawingOptions, drawingOf } from './drawing.js';

export interface ChatCommandOptions extends DrawingOptions {
  readonly folder: string;
  /** What to say; without it, what is typed, line by line. */
  readonly message?: string;
  /** What the model is told before all else. */
  readonly system?: string;
  readonly seed: number;
  /** Of the weights of a transformer; float32 unless given. */
  readonly bits?: QuantisedBits;
  readonly backend: string;
  readonly json?: boolean;
}

/** Tokens of a reply unless told otherwise. */
const LENGTH = 200;
const PROMPT = '> ';

/** `genai chat`: a dialogue with a model that was trained on dialogues. */
export async function chat(options: ChatCommandOptions, io: Io): Promise<Outcome> {
  const engine = engineLabel(await startEngine(options.backend));
  const loaded = await loadModel(resolve(io.cwd, options.folder), options.folder, options);
  try {
    const turns = await talk(loaded, options, io);
    return { details: { engine, turns } };
  } finally {
    disposeTree(loaded.params);
  }
}

async function talk(loaded: Loaded, options: ChatCommandOptions, io: Io): Promise<readonly Turn[]> {
  const { message, system, seed, length = LENGTH, json = false } = options;
  if (loaded.reads !== 'text' || !loaded.chat) {
    throw new UsageError(
      `${options.folder} holds no model of dialogues. Train one on a file of them: genai train lstm-byte-pairs --data dialogues.jsonl.`,
    );
  }
  const { trainable, params, tokenizer, chat: format } = loaded;
  const turns: Turn[] = system === undefined ? [] : [{ role: 'system', text: system }];
  const said = message === undefined ? typed(io, json) : [message];
  for await (const text of said) {
    if (text.trim() === '') continue;
    turns.push({ role: 'user', text });
    const drawn = trainable.generate(params, {
      ...drawingOf(options),
      prompt: [...format.prompt(turns)],
      stop: [[format.stop]],
      steps: length,
      key: fold(key(seed), turns.length),
      signal: io.signal,
    });
    let reply = '';
    for await (const piece of streamText(drawn, tokenizer)) {
      reply += piece;
      if (!json) io.stdout.write(piece);
    }
    if (!json) io.stdout.write('\n');
    turns.push({ role: 'assistant', text: reply });
  }
  return turns;
}

/** Lines from the keyboard until it ends; a sign asks for each. */
async function* typed({ stdin, stdout, stderr }: Io, json: boolean): AsyncGenerator<string, void, void> {
  if (!stdin) throw new UsageError('nothing to read from. Give --message.');
  const ask = (): unknown => (stdout.isTTY && !json ? stderr.write(PROMPT) : undefined);
  ask();
  for await (const line of stdin) {
    yield line;
    ask();
  }
}
