import { resolve } from 'node:path';
import { constrain, grammar, jsonSchema, type KeyedConstraint, type Readings, regex } from '@genai/autoregressive';
import { fold, GenaiError, key } from '@genai/core';
import { streamText, type TextTokenizer } from '@genai/data';
import { textFile } from '@genai/data/node';
import type { Io } from '../io.js';
import type { Loaded } from '../model/checkpoint.js';
import { firstTokens } from '../model/text/first-tokens.js';
import type { Outcome } from '../outcome.js';
import { UsageError } from '../usage-error.js';
import { writeAtomically } from '../write-atomically.js';
import { type DrawingOptions, drawingOf } from './drawing.js';
import type { SampleCommandOptions } from './sample.js';

/** What is asked of a model of text. */
export interface TextSampleOptions extends DrawingOptions {
  readonly prompt?: string;
  readonly regex?: string;
  readonly grammar?: string;
  readonly jsonSchema?: string;
}

export const TEXT_OPTIONS = [
  ...(['prompt', 'length', 'temperature', 'topK', 'topP', 'minP', 'repetitionPenalty'] as const),
  ...(['regex', 'grammar', 'jsonSchema'] as const),
];

/** `topK` as it is written: `--top-k`. */
export const flagOf = (option: string): string => `--${option.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`;

/** Of flows a temperature scales what noise they begin from: of none all would be one. @throws UsageError if it is 0. */
export function expectTemperature(temperature: number | undefined): number | undefined {
  if (temperature === 0)
    throw new UsageError('--temperature of a flow must be above 0: at 0 all samples would be one.');
  return temperature;
}

/** Tokens of a text unless told otherwise. */
const LENGTH = 500;
/** Between two texts. */
const RULE = '\n----\n';
const CONSTRAINTS = ['regex', 'grammar', 'jsonSchema'] as const;

/** Texts that go on from a prompt, as they are drawn on stdout, or in a file. */
export async function sampleText(
  { config, trainable, params, tokenizer }: Loaded & { readonly reads: 'text' },
  options: SampleCommandOptions,
  { io, engine }: { readonly io: Io; readonly engine: string },
): Promise<Outcome> {
  const { out, seed, count = 1, length = LENGTH, prompt = '', json = false } = options;
  if (options.given)
    throw new UsageError(`${config.preset} draws texts: leave --given out, it is for models of tables.`);
  if (options.label !== undefined) throw new UsageError(`${config.preset} knows no classes. Leave --label out.`);
  const before = promptTokens(tokenizer, prompt);
  const constraint = await constraintOf(options, tokenizer, io.cwd);
  const texts: string[] = [];
  const show = out === undefined && !json;
  for (let i = 0; i < count; i++) {
    if (show && i > 0) io.stdout.write(RULE);
    if (show) io.stdout.write(prompt);
    const drawn = trainable.generate(params, {
      ...{ prompt: before, steps: length, key: fold(key(seed), i), signal: io.signal, constraint },
      ...drawingOf(options),
    });
    let text = prompt;
    for await (const piece of streamText(drawn, tokenizer)) {
      text += piece;
      if (show) io.stdout.write(piece);
    }
    texts.push(text);
  }
  if (show) io.stdout.write('\n');
  if (out !== undefined) {
    await writeAtomically(resolve(io.cwd, out), new TextEncoder().encode(`${texts.join(RULE)}\n`));
    if (!json) io.stdout.write(`${out}: ${count} ${count === 1 ? 'text' : 'texts'}\n`);
  }
  return { ...(out !== undefined && { files: [out] }), details: { engine, count, texts } };
}

function promptTokens(tokenizer: TextTokenizer, prompt: string): readonly number[] {
  try {
    if (prompt !== '') return [...tokenizer.encode(prompt)];
  } catch (error) {
    if (!GenaiError.is(error)) throw error;
    throw new UsageError(`--prompt holds what the model has never seen: ${error.message}`, { cause: error });
  }
  return firstTokens(tokenizer);
}

async function constraintOf(
  options: TextSampleOptions,
  tokenizer: TextTokenizer,
  cwd: string,
): Promise<KeyedConstraint<Readings> | undefined> {
  const [given, other] = CONSTRAINTS.filter((name) => options[name] !== undefined);
  if (given === undefined) return undefined;
  if (other !== undefined) {
    throw new UsageError(`${flagOf(given)} and ${flagOf(other)} cannot be given together. Take one.`);
  }
  const value = options[given]!;
  const source = given === 'regex' ? value : await textFile(resolve(cwd, value));
  try {
    const automaton =
      given === 'regex' ? regex(source) : given === 'grammar' ? grammar(source) : jsonSchema(JSON.parse(source));
    return constrain(
      automaton,
      Array.from({ length: tokenizer.vocabulary }, (_, token) => tokenizer.tokenBytes(token)),
    );
  } catch (error) {
    if (!GenaiError.is(error) && !(error instanceof SyntaxError)) throw error;
    throw new UsageError(`${flagOf(given)} ${value}: ${error.message}`, { cause: error });
  }
}
