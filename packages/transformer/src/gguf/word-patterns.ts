/**
 * How words are found, by the names of `tokenizer.ggml.pre`; `undefined` for GPT-2's, which the tokenizers of `@genai/data` have unless
 * another pattern is given. The patterns begin with contractions in either case, which JavaScript has no shorter way to say.
 *
 * @source The tokenizer.json of Llama 3 and of Qwen 2.
 */
export const WORDS: { readonly [pre: string]: RegExp | undefined } = {
  'gpt-2': undefined,
  'llama-bpe': /* @__PURE__ */ words('{1,3}'),
  qwen2: /* @__PURE__ */ words(''),
};

/** `digits`: how many digits make a word. */
function words(digits: string): RegExp {
  return new RegExp(
    "'(?:[sSdDmMtT]|[lL][lL]|[vV][eE]|[rR][eE])" +
      `|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`,
    'gu',
  );
}
