import { fold, key, leaves, type Optimizer, type Tree } from '@genai/core';
import { normalNoise, packBfloat16, scope, unpackBfloat16 } from '@genai/tensor';
import { optimizerLaws } from '@genai/testing/optimizer-laws';
import { contents, distinct, form, free } from '@genai/testing/step-laws';
import {
  abs,
  add,
  fill,
  max,
  memory,
  mul,
  ones,
  scalar,
  square,
  sub,
  type Tensor,
  tensor1d,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { points, squaredError } from '../test/regression.js';
import { adafactor } from './adafactor.js';
import { adam } from './adam.js';
import { adamW } from './adam-w.js';
import { chain } from './chain.js';
import { clipByGlobalNorm } from './clip-by-global-norm.js';
import { compact } from './compact.js';
import { grouped } from './grouped.js';
import { lookahead } from './lookahead.js';
import { minimize } from './minimize.js';
import { muon } from './muon.js';
import { estimateMemory } from './profile/estimate-memory.js';
import { sgd } from './sgd.js';

optimizerLaws('compact, of small leaves alone', () => ({ optimizer: compact(adam(0.05)) }));

/** Leaves of an odd number of elements, of one below the limit, of one at it. */
const params = (): { wide: Tensor; small: Tensor; blocks: Tensor[] } => ({
  wide: normalNoise(key(1), [3, 401]),
  small: normalNoise(key(2), [1023]),
  blocks: [normalNoise(key(3), [32, 32])],
});

test('known answers: what has the shape of a large leaf is codes, half the bytes, and all else as it was', () => {
  const made = tidy(() => ({ state: compact(adam(0.1)).init(params()) }) as never) as { state: Tree<Tensor> };
  expect(Object.fromEntries(form(made.state).map(({ path, shape, dtype }) => [path, [dtype, ...shape]]))).toEqual({
    'parts.0.first.small': ['float32', 1023],
    'parts.0.second.small': ['float32', 1023],
    'parts.0.counts.first': ['float32'],
    'parts.0.counts.second': ['float32'],
    'parts.1.first.wide': ['int32', 602],
    'parts.1.second.wide': ['int32', 602],
    'parts.1.counts.first': ['float32'],
    'parts.1.counts.second': ['float32'],
    'parts.2.first.blocks.0': ['int32', 512],
    'parts.2.second.blocks.0': ['int32', 512],
    'parts.2.counts.first': ['float32'],
    'parts.2.counts.second': ['float32'],
  });
  free(made.state);
});

const cases = Object.entries<unknown>({
  adamW: compact(adamW(0.01)),
  adafactor: compact(adafactor(0.1)),
  lookahead: lookahead(compact(sgd(0.01, { momentum: 0.9 }))),
  'a chain': chain(clipByGlobalNorm(1), compact(adam(0.01))),
  groups: grouped(
    { when: (_, leaf) => leaf.rank === 2, optimizer: compact(muon(0.01)) },
    { optimizer: compact(adam(0.01)) },
  ),
  'groups inside': compact(grouped({ optimizer: adam(0.01) })),
}) as [name: string, optimizer: Optimizer<Tensor>][];

test.each(cases)('laws: %s of large leaves is pure, keeps its form and leaves nothing behind', (_, optimizer) => {
  const inputs = tidy(() => ({ params: params(), step: scalar(4) }));
  const state = optimizer.init(inputs.params);
  const before = contents({ ...inputs, state });
  const known = new Set(distinct({ ...inputs, state }));
  const count = memory().numTensors;
  const [once, again] = [1, 2].map(() => optimizer.update(inputs.params, state, inputs.params, inputs.step));
  expect(memory().numTensors - count).toBe(
    distinct([once!, again!] as never).filter((leaf) => !known.has(leaf)).length,
  );
  expect(contents(again as Tree<Tensor>)).toEqual(contents(once as Tree<Tensor>));
  expect(form(once!.state)).toEqual(form(state));
  expect(contents({ ...inputs, state })).toEqual(before);
  free(
    inputs,
    state,
    distinct([once!, again!] as never).filter((leaf) => !known.has(leaf)),
  );
});

test('known answers: a first update is that of the optimizer itself, to the bit', () => {
  scope(() => {
    const [p, step] = [params(), scalar(0)];
    const [plain, packed] = [adam(0.1), compact(adam(0.1))].map((optimizer) => {
      const state = optimizer.init(p);
      return optimizer.update(p, state as never, p, step).params;
    });
    expect(contents(packed!)).toEqual(contents(plain!));
    return {};
  });
});

test('known answers: update by update the optimizer itself, with both moments rounded between', () => {
  scope(() => {
    const [plain, packed] = [adamW(0.1), compact(adamW(0.1))];
    let own = { w: normalNoise(key(5), [36, 37]) };
    let moved = own;
    let state = plain.init(own);
    let codes = packed.init(moved);
    const rounding = fold(key(0xbf16), 0);
    for (let i = 0; i < 8; i++) {
      const grad = { w: normalNoise(key(10 + i), [36, 37]) };
      ({ params: moved, state: codes } = packed.update(grad, codes, moved, scalar(i)));
      const next = plain.update(grad, state, own, scalar(i));
      const rounded = [next.state.first, next.state.second].map((moment, place) => {
        const { w } = moment as { w: Tensor };
        return { w: unpackBfloat16(packBfloat16(w, { key: fold(rounding, place), step: scalar(i + 1) }), w.shape) };
      });
      own = next.params;
      state = { ...next.state, first: rounded[0]!, second: rounded[1]! };
    }
    expect(contents(moved)).toEqual(contents(own));
    return {};
  });
});

test('known answers: a second moment of discount 0.999 keeps its mean, where rounding to nearest stalls', () => {
  const [size, steps, b2] = [1024, 800, 0.999];
  const optimizer = compact(adam(0, { b2 }));
  const held = tidy(() => ({ w: ones([size]), grad: ones([size]) }));
  let state = optimizer.init({ w: held.w });
  let nearest = tidy(() => packBfloat16(zeros([size])));
  for (let i = 0; i < steps; i++) {
    const next = tidy(() => {
      const moved = optimizer.update({ w: held.grad }, state, { w: held.w }, scalar(i));
      const sums = add(mul(unpackBfloat16(nearest, [size]), b2), square(held.grad));
      return { state: moved.state, nearest: packBfloat16(sums) } as never;
    }) as { state: typeof state; nearest: Tensor };
    free(state, nearest);
    ({ state, nearest } = next);
  }
  const meanOf = (codes: Tensor): number => {
    const values = tidy(() => unpackBfloat16(codes, [size]).dataSync<'float32'>());
    return values.reduce((a, b) => a + b, 0) / size;
  };
  const second = new Map(leaves<Tensor>(state)).get('parts.0.second.w')!;
  const exact = (1 - b2 ** steps) / (1 - b2); // 551
  expect(Math.abs(meanOf(second) / exact - 1)).toBeLessThan(0.005);
  expect(meanOf(nearest)).toBe(256); // from there on an increment is less than half of what is between two numbers
  free(state, nearest, held);
});

test('laws: estimateMemory counts the codes', () => {
  const line = {
    ...squaredError,
    init: () => ({ weight: zeros([3, 1]), bias: zeros([1]), many: Array.from({ length: 8 }, () => zeros([100, 80])) }),
  };
  const batch = points();
  const [plain, packed] = [adam(0.1), compact(adam(0.1))].map((optimizer) =>
    estimateMemory(minimize(line as never, optimizer as unknown as Optimizer<Tensor>), {
      batch: batch as never,
      rows: 24,
      key: key(0),
    }),
  );
  expect(packed!.params).toBe(plain!.params);
  expect(plain!.optimizer - packed!.optimizer).toBe(2 * 64_000 * 2 - 8 * 8); // of eight parts more the counts
  expect(packed!.peak).toBeLessThan(plain!.peak);
  free(batch);
});

test('errors: a chain inside, a gradient of another form', () => {
  scope(() => {
    const w = { w: fill([2000], 0.5) };
    const inside = compact(lookahead(chain(clipByGlobalNorm(1), adam(0.1))));
    expect(() => inside.init(w)).toThrow('compact: inside is a chain');
    const optimizer = compact(adam(0.1));
    const state = optimizer.init(w);
    expect(() => optimizer.update({} as typeof w, state, w, scalar(0))).toThrow('compact: no leaf at "w"');
    return {};
  });
});

test('laws: the same state at another step is rounded otherwise, to neighbours', () => {
  scope(() => {
    const w = { w: tensor1d(Float32Array.from({ length: 1024 }, (_, i) => Math.sin(i))) };
    const optimizer = compact(sgd(0.1, { momentum: 0.9 }));
    const start = optimizer.init(w);
    const codes = [0, 1].map((step) => contents(optimizer.update(w, start, w, scalar(step)).state)[0]!.values);
    expect(codes[0]).not.toEqual(codes[1]);
    const floats = codes.map((list) => unpackBfloat16(tensor1d(list, 'int32'), [1024]));
    const apart = max(abs(sub(floats[0]!, floats[1]!))).dataSync()[0]!;
    expect(apart).toBeLessThanOrEqual(2 ** -8); // neighbours, of numbers below 1
    return {};
  });
});
