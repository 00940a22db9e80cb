/**
 * How words are found, as a `tokenizer.json` of Hugging Face writes it, by the names that GGUF files have for it; GPT-2's way is the
 * default of both.
 *
 * @source The tokenizer.json of Llama 3 and of Qwen 2.
 */
export const WORD_SOURCES: { readonly [pre: string]: string } = {
  'llama-bpe': /* @__PURE__ */ words('\\p{N}{1,3}'),
  qwen2: /* @__PURE__ */ words('\\p{N}'),
};

function words(digits: string): string {
  return (
    `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*` +
    '|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+'
  );
}
