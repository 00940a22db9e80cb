/** The pieces of a text that a {@link wordPattern} finds, and what is between them: together the whole text. */
export function* wordsOf(text: string, pattern: RegExp): Generator<string, void, undefined> {
  let end = 0;
  for (const { 0: word, index } of text.matchAll(pattern)) {
    if (index > end) yield text.slice(end, index);
    if (word) yield word;
    end = index + word.length;
  }
  if (end < text.length) yield text.slice(end);
}

/** A pattern with the flags that finding all words takes; GPT-2's unless one is given. */
export function wordPattern(pattern: RegExp = GPT2_WORDS): RegExp {
  const flags = new Set([...pattern.flags, 'g', pattern.flags.includes('v') ? 'v' : 'u']);
  flags.delete('y'); // finds words only where the one before ends
  return new RegExp(pattern.source, [...flags].sort().join(''));
}

/**
 * GPT-2's words: contractions, runs of letters, of digits and of other signs, each with the space before it, and white space. The
 * last of several spaces goes to the word behind them.
 *
 * Unicode's white space is written out, since `\s` of JavaScript has U+FEFF, and not U+0085.
 *
 * @source Radford et al. 2019, "Language models are unsupervised multitask learners", section 2.2.
 */
const GPT2_WORDS: RegExp =
  /'(?:[stmd]|re|ve|ll)| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;
