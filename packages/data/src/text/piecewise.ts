import { GenaiError } from '@genai/core';
import { type AddedToken, splitterOf } from './added-tokens.js';
import { charsmap } from './sentence-pieces/charsmap.js';
import { type TextTokenizer, textTokenizer } from './text-tokenizer.js';
import { recordOf, type TokenizerDescription } from './tokenizer-description.js';

/** What is used of the package, whose own types this compiler does not find. */
type Library = {
  readonly Tokenizer: new (
    json: object,
    config: object,
  ) => { readonly encode: (text: string, options: { add_special_tokens: boolean }) => { readonly ids: number[] } };
};
type Encoder = (text: string) => readonly number[];

export type PiecewiseParts = {
  /** A parsed `tokenizer.json`. */
  readonly json: unknown;
  readonly added: readonly AddedToken[];
  readonly describe: () => TokenizerDescription;
};

/**
 * A tokenizer whose encoding is that of the package `@huggingface/tokenizers`: byte pairs of characters, Unigram, WordPiece. The
 * package is given texts without added tokens, which are found here; what a token stands for is read from the file's decoder.
 *
 * @throws GenaiError, in the name of `where`, if the package is missing, refuses the file, or tokens cannot be read one by one.
 */
export async function piecewise(where: string, { json, added, describe }: PiecewiseParts): Promise<TextTokenizer> {
  const { readers, stripped } = decoderOf(where, recordOf(json).decoder);
  const bytes = bytesOf(where, json, added, readers);
  const library = await tokenizersLibrary(where);
  const first = encoderOf(where, library, { json, added }, true);
  const later = encoderOf(where, library, { json, added }, false);

  const cut = splitterOf(added);
  const encode = (text: string, special: boolean): Int32Array =>
    Int32Array.from(
      cut(text, special).flatMap((piece, i) =>
        typeof piece === 'number' ? [piece] : (i === 0 ? first : later)(piece),
      ),
    );
  const special = new Map(added.filter((one) => one.special).map(({ name, token }) => [name, token]));
  const tokenizer = textTokenizer({ where, bytes, special, encode: (text) => encode(text, false), describe });
  return {
    ...tokenizer,
    encode: (text, options) => encode(text, options?.special ?? false),
    // The space that encoding put before a text goes again; tokens by themselves keep theirs.
    decode: (tokens, options) => {
      const text = tokenizer.decode(tokens, options);
      return stripped && text.startsWith(' ') ? text.slice(1) : text;
    },
  };
}

async function tokenizersLibrary(where: string): Promise<Library> {
  try {
    return (await import('@huggingface/tokenizers')) as unknown as Library;
  } catch (cause) {
    throw new GenaiError(
      `${where}: this tokenizer.json needs the package @huggingface/tokenizers, which could not be loaded. Run: npm install @huggingface/tokenizers.`,
      { cause },
    );
  }
}

/** The package's encoding of texts in which no added token is looked for, at the beginning of a text or behind an added token. */
function encoderOf(
  where: string,
  { Tokenizer }: Library,
  { json, added }: Omit<PiecewiseParts, 'describe'>,
  begins: boolean,
): Encoder {
  try {
    const pre_tokenizer = placed(recordOf(json).pre_tokenizer, begins);
    const model = hidden(recordOf(json).model, added);
    const { prepared, normalizer } = leadingSteps(where, recordOf(json).normalizer);
    const parts = { model, normalizer, pre_tokenizer, added_tokens: [], post_processor: null };
    const tokenizer = new Tokenizer({ ...recordOf(json), ...parts }, {});
    return (text) => {
      const clean = prepared(text);
      return clean === '' ? [] : tokenizer.encode(clean, { add_special_tokens: false }).ids;
    };
  } catch (cause) {
    if (GenaiError.is(cause)) throw cause;
    throw new GenaiError(
      `${where}: @huggingface/tokenizers refuses the file (${cause instanceof Error ? cause.message : cause}). Pass one that Python's tokenizers loads.`,
      { cause },
    );
  }
}

/**
 * The first steps of a normalizer, as far as they are a map of characters and the stripping of white space, applied here: those of the
 * package leave some characters as they are, and put a space before nothing.
 */
function leadingSteps(
  where: string,
  normalizer: unknown,
): { readonly prepared: (text: string) => string; readonly normalizer: unknown } {
  const { type, normalizers } = recordOf(normalizer);
  const steps: unknown[] = type === 'Sequence' && Array.isArray(normalizers) ? normalizers : [normalizer];
  const found = steps.map((step) => leadingStep(where, recordOf(step)));
  const first = found.indexOf(undefined);
  const count = first < 0 ? steps.length : first;
  const rest = steps.slice(count);
  return {
    prepared: (text) => found.slice(0, count).reduce<string>((done, step) => step!(done), text),
    normalizer: count === 0 ? normalizer : rest.length > 0 ? { type: 'Sequence', normalizers: rest } : null,
  };
}

function leadingStep(where: string, step: ReturnType<typeof recordOf>): ((text: string) => string) | undefined {
  const { type, precompiled_charsmap, strip_left, strip_right } = step;
  if (type === 'Precompiled' && typeof precompiled_charsmap === 'string') return charsmap(where, precompiled_charsmap);
  if (type !== 'Strip') return undefined;
  return (text) => {
    const left = strip_left ? text.replace(/^\p{White_Space}+/u, '') : text;
    let end = left.length; // a pattern for the end would look at every space within
    while (strip_right && end > 0 && /\p{White_Space}/u.test(left[end - 1]!)) end--;
    return left.slice(0, end);
  };
}

/** A unigram model whose special pieces have names that no text has: it takes any piece, and a text must not become a special token. */
function hidden(model: unknown, added: readonly AddedToken[]): unknown {
  const { type, vocab } = recordOf(model);
  if (type !== 'Unigram' || !Array.isArray(vocab)) return model;
  const names = new Set(added.map(({ name }) => name));
  const hide = ([piece, score]: unknown[]): unknown[] => [names.has(piece as string) ? `\ud800${piece}` : piece, score];
  return { ...recordOf(model), vocab: vocab.map((entry: unknown) => (Array.isArray(entry) ? hide(entry) : entry)) };
}

/** Pre-tokenizers that put a space before the first piece only, told which piece they have. */
function placed(step: unknown, begins: boolean): unknown {
  if (Array.isArray(step)) return step.map((one: unknown) => placed(one, begins));
  const { type, pretokenizers, prepend_scheme } = recordOf(step);
  if (type === 'Sequence') return { ...recordOf(step), pretokenizers: placed(pretokenizers, begins) };
  if (type !== 'Metaspace' || prepend_scheme !== 'first') return step;
  return { ...recordOf(step), prepend_scheme: begins ? 'always' : 'never' };
}

/** What a decoder makes of one token's text: other text, or bytes. */
type Reader = (text: string) => string | Uint8Array;

function decoderOf(
  where: string,
  decoder: unknown,
): { readonly readers: readonly Reader[]; readonly stripped: boolean } {
  const { type, decoders } = recordOf(decoder);
  const steps = (type === 'Sequence' && Array.isArray(decoders) ? decoders : [decoder]).map(recordOf);
  const readers = steps.map((step) => readerOf(step) ?? refuseDecoder(where, step.type));
  return { readers, stripped: steps.some(stripsSpace) };
}

function readerOf({
  type,
  pattern,
  content,
  replacement = '▁',
  prefix = '##',
  cleanup,
}: ReturnType<typeof recordOf>): Reader | undefined {
  const from = recordOf(pattern).String;
  switch (type) {
    case 'Replace':
      return typeof from === 'string' && typeof content === 'string'
        ? (text) => text.replaceAll(from, content)
        : undefined;
    case 'ByteFallback':
      return (text) => (/^<0x[0-9A-Fa-f]{2}>$/.test(text) ? Uint8Array.of(Number(text.slice(1, -1))) : text);
    case 'Metaspace':
      return (text) => text.replaceAll(String(replacement), ' ');
    case 'WordPiece':
      if (cleanup || typeof prefix !== 'string') return undefined;
      return (text) => (text.startsWith(prefix) ? text.slice(prefix.length) : ` ${text}`);
    case 'Fuse':
    case 'Strip':
      return (text) => text;
    default:
      return undefined;
  }
}

function stripsSpace({ type, content, start, prepend_scheme }: ReturnType<typeof recordOf>): boolean {
  if (type === 'Strip') return content === ' ' && start === 1;
  return type === 'WordPiece' || (type === 'Metaspace' && prepend_scheme !== 'never');
}

/** The bytes of each token, none for special ones and for numbers that are free. */
function bytesOf(where: string, json: unknown, added: readonly AddedToken[], readers: readonly Reader[]): Uint8Array[] {
  const { vocab } = recordOf(recordOf(json).model);
  const pieces: [piece: unknown, token: unknown][] = Array.isArray(vocab)
    ? vocab.map((entry: unknown, token) => [Array.isArray(entry) ? entry[0] : entry, token])
    : Object.entries(recordOf(vocab));
  for (const { name, token, special } of added) pieces.push([special ? '' : name, token]);

  const most = pieces.length + MOST_FREE;
  const encoder = new TextEncoder();
  const bytes: Uint8Array[] = [];
  for (const [piece, token] of pieces) {
    const isNumber = Number.isSafeInteger(token) && (token as number) >= 0 && (token as number) < most;
    if (typeof piece !== 'string' || !isNumber) {
      throw new GenaiError(
        `${where}: the vocabulary has ${JSON.stringify(piece)} with the number ${JSON.stringify(token)}, expected a text and a number below ${most}. Pass a tokenizer.json of Hugging Face as it was saved.`,
      );
    }
    const read = readers.reduce<string | Uint8Array>((done, of) => (typeof done === 'string' ? of(done) : done), piece);
    bytes[token as number] = typeof read === 'string' ? encoder.encode(piece && read) : read;
  }
  return Array.from(bytes, (one) => one ?? new Uint8Array(0));
}

function refuseDecoder(where: string, type: unknown): never {
  throw new GenaiError(
    `${where}: the decoder ${JSON.stringify(type)} does not tell what single tokens stand for, expected one of Replace, ByteFallback, Metaspace, Fuse, Strip, WordPiece without cleanup. Only tokenizers of generative models can be read.`,
  );
}

const MOST_FREE = 1024;
