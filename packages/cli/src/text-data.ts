import { stat } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { readDialogues, type Turn } from '@genai/data';
import { corpus, textFile } from '@genai/data/node';
import { suggest } from './nearest.js';
import { UsageError } from './usage-error.js';

/** A text in two parts, the second held out. */
export interface TextData {
  readonly kind: 'text';
  readonly train: string;
  readonly test: string;
  /** Of a file of dialogues, whose texts one after the other are the text above. */
  readonly dialogues?: { readonly train: readonly Dialogue[]; readonly test: readonly Dialogue[] };
}

export type Dialogue = readonly Turn[];

/** Texts that are asked for by name. */
const NAMED = ['moby-dick', 'state-of-the-union'] as const;
/** What is held out: the last tenth. */
const HELD = 0.1;
/** Characters below which nothing can be learnt, nor measured. */
const LEAST = 100;

/**
 * The text that a SPEC names: `moby-dick`, `state-of-the-union`, a file of UTF-8, or one of dialogues, `.jsonl`.
 *
 * @throws UsageError if the SPEC is neither a name nor a path, or the text is too short; GenaiError if it cannot be had or read.
 */
export async function textData(spec: string, cwd: string): Promise<TextData> {
  const text = await textOf(spec, cwd);
  if (extname(spec) === '.jsonl') return dialogueData(spec, text);
  if (text.length < LEAST) {
    throw new UsageError(`${spec} has ${text.length} characters, expected at least ${LEAST}: a tenth is held out.`);
  }
  const cut = wholeCharacters(text, Math.floor((1 - HELD) * text.length));
  return { kind: 'text', train: text.slice(0, cut), test: text.slice(cut) };
}

function dialogueData(spec: string, text: string): TextData {
  const all = readDialogues(text);
  if (all.length < 2) throw new UsageError(`${spec} has one dialogue, expected at least 2: some are held out.`);
  const cut = all.length - Math.ceil(HELD * all.length);
  const [train, test] = [all.slice(0, cut), all.slice(cut)];
  const said = (list: readonly Dialogue[]): string =>
    list.flatMap((turns) => turns.map((turn) => turn.text)).join('\n');
  return { kind: 'text', train: said(train), test: said(test), dialogues: { train, test } };
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
