import { createHash } from 'node:crypto';
import { GenaiError } from '@genai/core';
import { describe, expect, test } from 'vitest';
import { trainBytePairs } from './train-byte-pairs.js';

// Article 1 of the Universal Declaration of Human Rights.
const ARTICLE = `All human beings are born free and equal in dignity and rights. They are endowed with reason and conscience and should act towards one another in a spirit of brotherhood.
Tous les êtres humains naissent libres et égaux en dignité et en droits. Ils sont doués de raison et de conscience et doivent agir les uns envers les autres dans un esprit de fraternité.
Alle Menschen sind frei und gleich an Würde und Rechten geboren. Sie sind mit Vernunft und Gewissen begabt und sollen einander im Geist der Brüderlichkeit begegnen.
Все люди рождаются свободными и равными в своем достоинстве и правах. Они наделены разумом и совестью и должны поступать в отношении друг друга в духе братства.
すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。人間は、理性と良心とを授けられており、互いに同胞の精神をもって行動しなければならない。
人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心，并应以兄弟关系的精神相对待。
`;
const UNSEEN = [
  "All men's rights aren't equal: they'll  differ,\n\n\tas we've seen in 1948!",
  'Être ou ne pas être — 自由と平等 свобода \u0085\ufeff\u3000😀\r\n',
];

/** 5,000 words over nine letters, the first of them the most frequent. */
function madeUpWords(): string {
  let state = 1n;
  const draw = (below: number): number => {
    state = (state * 1103515245n + 12345n) % 2n ** 31n;
    return Number(state >> 16n) % below;
  };
  const letter = (): string => 'etaonrish'[Math.min(draw(9), draw(9))]!;
  return Array.from({ length: 5_000 }, () => Array.from({ length: 1 + draw(8) }, letter).join('')).join(' ');
}

// tokenizers 0.23.2, with TEXT, VOCABULARY and UNSEEN as here:
//   t = Tokenizer(models.BPE()); t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
//   t.train_from_iterator([TEXT], trainers.BpeTrainer(vocab_size=VOCABULARY, min_frequency=2,
//     initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
//   m = [' '.join(pair) for pair in json.loads(t.to_str())['model']['merges']]
//   t.get_vocab_size(), m[:6], m[-2:], sha256('\n'.join(m).encode()).hexdigest(), [t.encode(u).ids for u in UNSEEN]
const GOLDENS = [
  {
    name: 'an article in six languages, of which no more pairs occur twice',
    text: ARTICLE,
    vocabulary: 600,
    size: 427,
    first: ['ã ģ', 'Ġ Ð', 'e n', 'ã Ĥ', 'Ġ a', 'n d'],
    last: ['äººéĸ ĵãģ¯', 'çĲĨæĢ §'],
    sha256: '1784a40e49087fdea23d79eca920bd4dec1b426d9695d2ffe769b029e8e66fc3',
    unseen: [
      '330 75 220 76 258 6 82 371 308 71 83 82 260 81 258 6 83 276 80 84 64 75 25 220 83 71 68 88 6 75 75 220 265 72 69 69 269 11 198 198 197 64 82 220 86 68 6 85 68 278 68 258 372 220 16 24 19 23 0',
      '127 232 83 270 220 310 220 77 68 220 79 64 82 220 127 103 83 270 220 158 222 242 220 164 420 297 410 412 325 109 262 293 263 220 126 227 171 119 123 268 222 172 253 246 222 201 198',
    ],
  },
  {
    name: 'made-up words',
    text: madeUpWords(),
    vocabulary: 1_000,
    size: 1_000,
    first: ['Ġ e', 'Ġ t', 'Ġ a', 'Ġ o', 'e e', 'Ġ n'],
    last: ['Ġa eoa', 'Ġa aaa'],
    sha256: 'b9b2f8fdd1a38850913af1b1080d1f7b7cd7b8441781f1e41cad24cd8c90e47a',
    unseen: [
      '32 75 75 220 76 268 6 82 441 70 71 492 310 268 6 83 256 80 84 64 75 25 257 457 88 6 75 75 220 220 67 72 69 69 272 11 198 198 197 64 82 220 86 68 6 85 68 275 361 362 220 16 24 19 23 0',
      '127 232 509 259 84 396 220 79 64 82 220 127 103 509 220 158 222 242 220 164 229 103 163 242 109 159 223 101 161 117 111 163 255 231 220 141 223 140 110 140 122 140 109 140 122 140 112 140 108 220 126 227 171 119 123 159 222 222 172 253 246 222 201 198',
    ],
  },
];

describe('trainBytePairs: goldens of Hugging Face tokenizers', () => {
  test.each(GOLDENS)('$name', ({ text, vocabulary, ...golden }) => {
    const tokenizer = trainBytePairs(text, { vocabulary });
    expect(tokenizer.vocabulary).toBe(golden.size);
    expect(tokenizer.merges.slice(0, 6)).toEqual(golden.first);
    expect(tokenizer.merges.slice(-2)).toEqual(golden.last);
    expect(createHash('sha256').update(tokenizer.merges.join('\n')).digest('hex')).toBe(golden.sha256);
    for (const [i, unseen] of UNSEEN.entries()) {
      expect(tokenizer.encode(unseen).join(' ')).toBe(golden.unseen[i]);
      expect(tokenizer.decode(tokenizer.encode(unseen))).toBe(unseen);
    }
  });
});

describe('trainBytePairs: known answers', () => {
  test('the pairs of three words, by hand', () => {
    // low ×3, lower ×2, slow ×1: l o 6, o w 6, w e 2, e r 2, s l 1; l (75) comes before o (78). Then lo w 6, w+e before e+r.
    const tokenizer = trainBytePairs(['low\nlow\nlow', 'lower\nlower', 'slow'], { vocabulary: 260, minFrequency: 1 });
    expect(tokenizer.merges).toEqual(['l o', 'lo w', 'e r', 'low er']);
    expect([...tokenizer.encode('lowers')]).toEqual([259, 82]);
  });

  test('special tokens come last, are not learnt, and are produced when asked for', () => {
    const special = ['<|end|>', '<|end|><|end|>'];
    const tokenizer = trainBytePairs('ab<|end|>ab<|end|>ab', { vocabulary: 300, special });
    expect(tokenizer.merges).toEqual(['a b']);
    expect(tokenizer.vocabulary).toBe(259);
    expect(tokenizer.special).toEqual(special);
    expect(tokenizer.specialToken('<|end|>')).toBe(257);
    expect([...tokenizer.encode('ab<|end|>', { special: true })]).toEqual([256, 257]);
    expect([...tokenizer.encode('<|end|><|end|><|end|>', { special: true })]).toEqual([258, 257]);
    expect(tokenizer.encode('<|end|>').length).toBe(7);
    expect(tokenizer.decode([257, 256])).toBe('<|end|>ab');
    expect(tokenizer.decode([257, 256], { special: false })).toBe('ab');
    expect([...tokenizer.tokenBytes(256)]).toEqual([97, 98]);
    expect([...tokenizer.tokenBytes(257)]).toEqual([]);
  });

  test('a pattern says what a word is; what it does not find is kept', () => {
    const tokenizer = trainBytePairs('ab-ab cd-cd', { vocabulary: 270, pattern: /[^-]+/ });
    expect(tokenizer.merges).toEqual(['a b', 'c d']);
    expect(tokenizer.decode(tokenizer.encode('ab--cd-'))).toBe('ab--cd-');
    const text = 'ab-ab cd-cd';
    expect(trainBytePairs(text, { vocabulary: 270, pattern: /.+/, minFrequency: 1 }).encode(text).length).toBe(1);
  });
});

describe('trainBytePairs: properties', () => {
  test('a word of many letters takes n log n, and comes back', () => {
    const tokenizer = trainBytePairs(madeUpWords(), { vocabulary: 400 });
    const word = madeUpWords().replaceAll(' ', '').repeat(4);
    expect(tokenizer.decode(tokenizer.encode(word))).toBe(word);
  });
});

describe('trainBytePairs: errors', () => {
  test('too small a vocabulary, no text, names that clash', () => {
    const cases: [act: () => unknown, message: RegExp][] = [
      [
        () => trainBytePairs('ab', { vocabulary: 256, special: ['<|end|>'] }),
        /vocabulary must be .* at least 257, got 256/,
      ],
      [() => trainBytePairs('ab', { vocabulary: 300, minFrequency: 0 }), /minFrequency must be/],
      [() => trainBytePairs([], { vocabulary: 300 }), /the text is empty/],
      [() => trainBytePairs('ab', { vocabulary: 300, special: ['x', 'x'] }), /expected names that differ/],
      [
        () => trainBytePairs('abab', { vocabulary: 300, special: [''] }),
        /expected names that differ and are not empty/,
      ],
      [() => trainBytePairs('ab', { vocabulary: 300, special: ['a'] }), /"a" is also that of an ordinary token/],
      [() => trainBytePairs('ab', { vocabulary: 300 }).decode([256]), /token 256 is outside the vocabulary of 256/],
      [() => trainBytePairs('ab', { vocabulary: 300 }).specialToken('<|end|>'), /no special token "<\|end\|>"/],
    ];
    for (const [act, message] of cases) {
      expect(act).toThrow(message);
      expect(act).toThrow(GenaiError);
    }
  });
});
