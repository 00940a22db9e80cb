/**
 * The stem of an English word in lower case, which `rouge` takes: `relational` gives `relat`.
 *
 * Porter's algorithm with the changes that NLTK makes by default, which Google's `rouge_score` uses.
 *
 * @example
 * porterStem('happily'); // 'happili'
 * @source Porter 1980, "An algorithm for suffix stripping", section 2; for the changes the documentation of NLTK's `PorterStemmer`.
 */
export function porterStem(word: string): string {
  const irregular = IRREGULAR.get(word);
  if (irregular !== undefined) return irregular;
  if (word.length <= 2) return word;
  const steps = [plurals, pastAndGerund, finalY, doubleSuffixes, adjectives, endings, finalE, finalDoubleL];
  return steps.reduce((stem, step) => step(stem), word);
}

/** Words that the rules would stem wrong. */
const IRREGULAR: ReadonlyMap<string, string> = new Map([
  ...['news', 'howe', 'proceed', 'exceed', 'succeed', 'sky'].map((word) => [word, word] as const),
  ...['inning', 'outing', 'canning'].flatMap((word) => [[word, word] as const, [`${word}s`, word] as const]),
  ['skies', 'sky'],
  ['dying', 'die'],
  ['lying', 'lie'],
  ['tying', 'tie'],
]);

/** Step 1a. */
function plurals(word: string): string {
  if (word.length === 4 && word.endsWith('ies')) return word.slice(0, -1);
  if (word.endsWith('sses') || word.endsWith('ies')) return word.slice(0, -2);
  return word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;
}

/** Step 1b. */
function pastAndGerund(word: string): string {
  if (word.endsWith('ied')) return word.slice(0, word.length === 4 ? -1 : -2);
  if (word.endsWith('eed')) return measure(word.slice(0, -3)) > 0 ? word.slice(0, -1) : word;
  const suffix = ['ed', 'ing'].find((one) => word.endsWith(one) && hasVowel(word.slice(0, -one.length)));
  if (suffix === undefined) return word;
  const stem = word.slice(0, -suffix.length);
  if (/(at|bl|iz)$/.test(stem)) return `${stem}e`;
  if (endsDouble(stem)) return /[lsz]$/.test(stem) ? stem : stem.slice(0, -1);
  return measure(stem) === 1 && endsShort(stem) ? `${stem}e` : stem;
}

/** Step 1c. */
function finalY(word: string): string {
  const changes = word.endsWith('y') && word.length > 2 && isConsonant(word, word.length - 2);
  return changes ? `${word.slice(0, -1)}i` : word;
}

/** Step 2. */
function doubleSuffixes(word: string): string {
  if (word.endsWith('alli') && measure(word.slice(0, -4)) > 0) return doubleSuffixes(word.slice(0, -2));
  if (word.endsWith('logi')) return measure(word.slice(0, -3)) > 0 ? word.slice(0, -1) : word;
  return replaced(word, DOUBLE);
}

const DOUBLE = pairs(
  'ational ate tional tion enci ence anci ance izer ize bli ble alli al entli ent eli e ousli ous ization ize ation ate ator ate ' +
    'alism al iveness ive fulness ful ousness ous aliti al iviti ive biliti ble fulli ful',
);

/** Step 3. */
function adjectives(word: string): string {
  return replaced(word, ADJECTIVES);
}

const ADJECTIVES = pairs('icate ic ative - alize al iciti ic ical ic ful - ness -');

/** Step 4. */
function endings(word: string): string {
  const suffix = ENDINGS.find((one) => word.endsWith(one));
  if (suffix === undefined) return word;
  const stem = word.slice(0, -suffix.length);
  return measure(stem) > 1 && (suffix !== 'ion' || /[st]$/.test(stem)) ? stem : word;
}

const ENDINGS = 'al ance ence er ic able ible ant ement ment ent ion ou ism ate iti ous ive ize'.split(' ');

/** Step 5a. */
function finalE(word: string): string {
  if (!word.endsWith('e')) return word;
  const stem = word.slice(0, -1);
  return measure(stem) > 1 || (measure(stem) === 1 && !endsShort(stem)) ? stem : word;
}

/** Step 5b. */
function finalDoubleL(word: string): string {
  return word.endsWith('ll') && measure(word.slice(0, -1)) > 1 ? word.slice(0, -1) : word;
}

/** The first suffix that fits is replaced if its stem has a measure. */
function replaced(word: string, rules: readonly (readonly [string, string])[]): string {
  const rule = rules.find(([suffix]) => word.endsWith(suffix));
  if (!rule) return word;
  const stem = word.slice(0, -rule[0].length);
  return measure(stem) > 0 ? stem + rule[1] : word;
}

function pairs(text: string): [string, string][] {
  const parts = text.split(' ');
  return parts.flatMap((part, i): [string, string][] => (i % 2 === 0 ? [[part, parts[i + 1]!.replace('-', '')]] : []));
}

/** Porter's m: how often a vowel is followed by a consonant. */
function measure(stem: string): number {
  let count = 0;
  for (let i = 1; i < stem.length; i++) if (isConsonant(stem, i) && !isConsonant(stem, i - 1)) count++;
  return count;
}

function hasVowel(stem: string): boolean {
  return [...stem].some((_, i) => !isConsonant(stem, i));
}

/** *d: a double consonant. */
function endsDouble(word: string): boolean {
  return word.length > 1 && word.at(-1) === word.at(-2) && isConsonant(word, word.length - 1);
}

/** *o: consonant, vowel, consonant that is not w, x or y; or a vowel and a consonant alone. */
function endsShort(word: string): boolean {
  const end = word.length - 1;
  const closed = end >= 1 && !isConsonant(word, end - 1) && isConsonant(word, end);
  return closed && (end === 1 || (isConsonant(word, end - 2) && !/[wxy]$/.test(word)));
}

/** A y is one behind a vowel and at the start. */
function isConsonant(word: string, i: number): boolean {
  let [at, flip] = [i, false];
  for (; at > 0 && word[at] === 'y'; at--) flip = !flip;
  return !'aeiou'.includes(word[at]!) !== flip;
}
