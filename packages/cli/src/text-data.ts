import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { corpus, textFile } from '@genai/data/node';
import { suggest } from './nearest.js';
import { UsageError } from './usage-error.js';

/** A text in two parts, the second held out. */
export interface TextData {
  readonly kind: 'text';
  readonly train: string;
  readonly test: string;
}

/** Texts that are asked for by name. */
const NAMED = ['moby-dick', 'state-of-the-union'] as const;
/** What is held out: the last tenth. */
const HELD = 0.1;
/** Characters below which nothing can be learnt, nor measured. */
const LEAST = 100;

/**
 * The text that a SPEC names: `moby-dick`, `state-of-the-union`, or a file of UTF-8.
 *
 * @throws UsageError if the SPEC is neither a name nor a path, or the text is too short; GenaiError if it cannot be had or read.
 */
export async function textData(spec: string, cwd: string): Promise<TextData> {
  const text = await textOf(spec, cwd);
  if (text.length < LEAST) {
    throw new UsageError(`${spec} has ${text.length} characters, expected at least ${LEAST}: a tenth is held out.`);
  }
  const cut = wholeCharacters(text, Math.floor((1 - HELD) * text.length));
  return { kind: 'text', train: text.slice(0, cut), test: text.slice(cut) };
}

async function textOf(spec: string, cwd: string): Promise<string> {
  const named = NAMED.find((name) => name === spec);
  if (named) return corpus(named);
  const path = resolve(cwd, spec);
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw new UsageError(`cannot read the data ${spec}: ${cause.message}`, { cause });
    throw new UsageError(`unknown text "${spec}", and no file of that name in ${cwd}. ${suggest(spec, NAMED)}`);
  });
  if (!found.isFile())
    throw new UsageError(`${spec} is no file. A model of text takes a text file, or ${NAMED.join(', ')}.`);
  return textFile(path);
}

/** Not between the halves of a surrogate pair. */
function wholeCharacters(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit < 0xe000 ? at - 1 : at;
}
