import { GenaiError } from '@genai/core';
import { type AddedToken, splitterOf } from './added-tokens.js';
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
  const first = encoderOf(where, library, json, true);
  const later = encoderOf(where, library, json, false);

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
function encoderOf(where: string, { Tokenizer }: Library, json: unknown, begins: boolean): Encoder {
  try {
    const pre_tokenizer = placed(recordOf(json).pre_tokenizer, begins);
    const tokenizer = new Tokenizer({ ...recordOf(json), added_tokens: [], pre_tokenizer, post_processor: null }, {});
    return (text) => tokenizer.encode(text, { add_special_tokens: false }).ids;
  } catch (cause) {
    throw new GenaiError(
      `${where}: @huggingface/tokenizers refuses the file (${cause instanceof Error ? cause.message : cause}). Pass one that Python's tokenizers loads.`,
      { cause },
    );
  }
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
