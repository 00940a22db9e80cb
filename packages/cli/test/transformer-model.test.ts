import { readFile, writeFile } from 'node:fs/promises';
import { key, randomUniform } from '@genai/core';
import { memory } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { type Said, type World, world } from './world.js';

const ENGINE = ['--backend', 'simd'];
const COINS = ['--data', 'coins.txt'];
const file = (place: World, ...path: string[]): Promise<Buffer> => readFile(place.path(...path));

/** A folder with a text of coins thrown, one a line: 1 bit every 6 bytes. */
async function coins(): Promise<World> {
  const place = await world();
  const sides = [...randomUniform(key(5), 600)].map((u) => (u < 0.5 ? 'heads\n' : 'tails\n'));
  await writeFile(place.path('coins.txt'), sides.join(''));
  return place;
}

async function trained(place: World, model: string, config: object, ...more: string[]): Promise<Said> {
  await writeFile(place.path('tiny.json'), JSON.stringify(config));
  return place.genai('train', model, '--config', 'tiny.json', '--out', 'run', ...ENGINE, '--json', ...more);
}

const training = { batch: 4, length: 24, learningRate: 0.01 };
const DIAL = { parts: { depth: 1, context: 24 }, training };
const decoder = { width: 12, layers: 2, heads: 2, keyHeads: 1, hidden: 16, context: 24 };
const WHOLE = {
  ...{ ...decoder, positions: { kind: 'rotary', base: 100, scaling: { kind: 'yarn', factor: 2, original: 12 } } },
  ...{ norm: 'layer', biases: { norms: false }, window: [4, 0], dropout: 0.1, activation: 'silu' },
};
const SHORT: readonly (readonly [model: string, config: object])[] = [
  ['gpt-byte-pairs', { ...DIAL, parts: { ...DIAL.parts, vocabulary: 266, dropout: 0.1 } }],
  ['gpt2', { parts: { decoder: { ...decoder, keyHeads: 2 } }, training }],
  ['llama', { parts: { decoder, tokenizer: 'characters' }, training }],
  ['qwen', { parts: { decoder }, training }],
  ['gemma', { parts: { decoder: { ...decoder, window: 5 } }, training }],
  ['llama', { parts: { net: 'transformer', decoder: WHOLE }, training }],
];

describe('transformers of text', () => {
  test('known answers: gpt learns that a line of coins is 1 bit, and goes on as text', async () => {
    await using place = await coins();
    const said = await trained(place, 'gpt', DIAL, ...COINS, '--steps', '150');
    expect(said.json).toMatchObject({ ok: true, steps: 150 });
    const measured = await place.genai('eval', 'run', ...COINS, ...ENGINE, '--json');
    const { nllPerToken, bitsPerByte } = measured.json.metrics as { [name: string]: number };
    expect(nllPerToken! / Math.LN2).toBeCloseTo(bitsPerByte!, 6); // a character is a token and a byte
    expect(bitsPerByte).toBeGreaterThan(0.95 / 6); // the entropy, 60 coins more or less by chance
    expect(bitsPerByte).toBeLessThan(1.5 / 6); // where a window begins, it is not known where a line does
    const likeliest = await place.genai(
      ...['sample', 'run', ...ENGINE, '--prompt', 'tails\nhe', '--temperature', '0', '--length', '5'],
    );
    expect(likeliest.out).toMatch(/^tails\nheads\n[ht]\n$/);
    const { parts } = JSON.parse((await file(place, 'run', 'config.json')).toString());
    expect(parts).toEqual({ net: 'gpt', depth: 1, context: 24, dropout: 0, tokenizer: 'characters', vocabulary: 1024 });
    expect(memory().numTensors).toBe(0);
  });

  for (const [model, config] of SHORT) {
    test(`laws: ${model} ${JSON.stringify(config)} trains, is measured and drawn from`, async () => {
      await using place = await coins();
      const said = await trained(place, model, config, ...COINS, '--steps', '60');
      expect(said.json).toMatchObject({ ok: true, steps: 60 });
      const lines = (await file(place, 'run', 'log.jsonl')).toString().trimEnd().split('\n');
      const losses = lines.map((line) => (JSON.parse(line) as { loss: number }).loss);
      expect(losses.at(-1)).toBeLessThan(0.8 * losses[0]!);
      const measured = await place.genai('eval', 'run', ...COINS, ...ENGINE, '--count', '120', '--json');
      expect(measured.json).toMatchObject({ ok: true, examples: 120 });
      const drawn = await place.genai('sample', 'run', '--prompt', 'tails\n', '--length', '12', ...ENGINE, '--json');
      expect(drawn.json).toMatchObject({ ok: true, texts: [expect.stringMatching(/^tails\n/)] });
      expect(memory().numTensors).toBe(0);
    });
  }

  test('laws: a run that was stopped goes on as one that was not', async () => {
    await using place = await coins();
    await writeFile(place.path('tiny.json'), JSON.stringify({ ...DIAL, parts: { ...DIAL.parts, dropout: 0.2 } }));
    const argv = ['train', 'gpt', ...COINS, '--config', 'tiny.json', '--steps', '30', ...ENGINE];
    expect((await place.genai(...argv, '--out', 'whole')).code).toBe(0);
    const said = await place.stopped((err) => /step 1\/30/.test(err), ...argv, '--out', 'parts');
    expect(said.code).toBe(130);
    await place.genai('train', '--out', 'parts', '--resume', ...ENGINE);
    for (const name of ['model.safetensors', 'state.safetensors', 'state.json', 'log.jsonl', 'config.json']) {
      expect((await file(place, 'parts', name)).equals(await file(place, 'whole', name)), name).toBe(true);
    }
    expect(memory().numTensors).toBe(0);
  });

  test('known answers: of dialogues it learns the replies', async () => {
    await using place = await world();
    const pairs = ['ping', 'pong', 'pang'].map((said, i) => [said, ['one', 'two', 'six'][i]!] as const);
    const lines = Array.from({ length: 60 }, (_, i) => {
      const [said, reply] = pairs[i % 3]!;
      return JSON.stringify({ turns: [{ role: 'user', text: said }, { role: 'assistant', text: reply }] }); // biome-ignore format: one line
    });
    await writeFile(place.path('said.jsonl'), lines.join('\n'));
    const config = { parts: { depth: 1, context: 48 }, training: { ...training, length: 48 } };
    await trained(place, 'gpt', config, '--data', 'said.jsonl', '--steps', '80');
    for (const [said, reply] of pairs) {
      const chat = await place.genai('chat', 'run', '--message', said, '--temperature', '0', ...ENGINE, '--json');
      expect(chat.json.turns).toEqual([{ role: 'user', text: said }, { role: 'assistant', text: reply }]); // biome-ignore format: one line
    }
    const measured = await place.genai('eval', 'run', '--data', 'said.jsonl', ...ENGINE, '--json');
    expect((measured.json.metrics as { [name: string]: number }).nllPerToken).toBeLessThan(0.1);
    expect(memory().numTensors).toBe(0);
  });

  test('errors: a wrong configuration names the field', async () => {
    await using place = await coins();
    const llama = (changes: object): object => ({ parts: { decoder: changes } });
    const cases: readonly (readonly [model: string, config: object, message: RegExp])[] = [
      ['gpt', { parts: { depth: 0 } }, /parts\.depth must be an integer of at least 1, got 0/],
      ['gpt', { parts: { width: 64 } }, /parts\.width does not belong to net gpt, which has depth, context, dropout/],
      ['gpt', { parts: { context: 64 } }, /training\.length must be at most the context of 64, got 128/],
      ['gpt', { parts: { depth: 99 } }, /the model is too large: 99 layers/],
      ['llama', llama({ heads: 5 }), /parts: transformer: heads must divide the width 192, got 5/],
      ['llama', llama({ norm: 'batch' }), /decoder\.norm must be one of layer, rms, got "batch"/],
      ['llama', llama({ window: [1, -1] }), /decoder\.window must be a list of integers of at least 0/],
      ['llama', llama({ tied: 'yes' }), /decoder\.tied must be true or false, got "yes"/],
      ['llama', llama({ positions: { kind: 'rotary', scaling: { kind: 'ntk' } } }), /scaling\.factor must be a number/],
      ['llama', { parts: { net: 'transformer' } }, /decoder\.positions must be an object, got nothing/],
    ];
    for (const [model, config, message] of cases) {
      const said = await trained(place, model, config, ...COINS);
      expect([said.code, said.err]).toEqual([2, expect.stringMatching(message)]);
    }
  });
});

describe('repro', () => {
  test('known answers: shakespeare-char and its variant begin to learn, and measure twice', async () => {
    await using place = await coins();
    const text = (await file(place, 'coins.txt')).toString();
    await writeFile(place.path('long.txt'), text.repeat(3));
    for (const name of ['shakespeare-char', 'shakespeare-char-rotary']) {
      const argv = ['repro', name, '--data', 'long.txt', '--limit', '2', ...ENGINE, '--json'];
      const said = await place.genai(...argv);
      expect(said.json).toMatchObject({ ok: true, steps: 2 });
      const findings = said.json.findings as { readonly ours: number; readonly published: string }[];
      expect(findings.map(({ published }) => published)).toEqual(['1.88', '1.88']);
      const [some, all] = findings.map(({ ours }) => ours) as [number, number];
      expect(all).toBeLessThan(Math.log(9)); // of 9 characters
      expect(all).toBeGreaterThan(Math.LN2 / 6); // the entropy
      expect(Math.abs(some - all)).toBeLessThan(0.05);
    }
    expect(memory().numTensors).toBe(0);
    const without = await place.genai('repro', 'shakespeare-char', ...ENGINE);
    expect([without.code, without.err]).toEqual([2, expect.stringMatching(/needs the text of tiny-shakespeare/)]);
  });
});
