import { readFileSync } from 'node:fs';
import { fold, key, leaves, type Objective, type Optimizer, type Step, type Tree } from '@genai/core';
import { normalNoise } from '@genai/tensor';
import { contents, free } from '@genai/testing/step-laws';
import { add, matMul, mean, mul, relu, setBackend, square, sub, type Tensor } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
// @boundaries-ignore a model to train
import { nll } from '../../autoregressive/src/nll.js';
// @boundaries-ignore the steps of this package are captured here by an engine that it must not import
import { useBackend } from '../../backend/src/use-backend.js';
// @boundaries-ignore runs of this package are saved here and loaded
import { loadRun } from '../../checkpoint/src/load-run.js';
// @boundaries-ignore the same
import { memory } from '../../checkpoint/src/memory.js';
// @boundaries-ignore the same
import { saveRun } from '../../checkpoint/src/save-run.js';
// @boundaries-ignore data to train on
import { batches } from '../../data/src/batches.js';
// @boundaries-ignore the same
import { characters } from '../../data/src/characters.js';
// @boundaries-ignore the same
import { windows } from '../../data/src/windows.js';
// @boundaries-ignore a model to train
import { gpt2 } from '../../transformer/src/presets/gpt2.js';
// @boundaries-ignore the same
import { transformer } from '../../transformer/src/transformer.js';
import { adamW } from '../src/adam-w.js';
import { chain } from '../src/chain.js';
import { clipByGlobalNorm } from '../src/clip-by-global-norm.js';
import { compact } from '../src/compact.js';
import { ema } from '../src/ema.js';
import { grouped } from '../src/grouped.js';
import { lion } from '../src/lion.js';
import { lookahead } from '../src/lookahead.js';
import { minimize } from '../src/minimize.js';
import { muon } from '../src/muon.js';
import { rmsProp } from '../src/rms-prop.js';
import { linear, warmupCosine } from '../src/schedules.js';
import { sgd } from '../src/sgd.js';
import { train } from '../src/train.js';
import { type Points, shuffled } from './regression.js';

type Any = Step<Tree<Tensor>, Points, { readonly loss: Tensor }>;

/** A net whose inner weights are large leaves, one of them of odd size. */
const net: Objective<Tensor, { below: Tensor; inner: Tensor; odd: Tensor; bias: Tensor }, Points> = {
  init: (k) => ({
    below: normalNoise(fold(k, 0), [3, 48]),
    inner: mul(normalNoise(fold(k, 1), [48, 33]), 0.2),
    odd: mul(normalNoise(fold(k, 2), [33, 35]), 0.2),
    bias: normalNoise(fold(k, 3), [35]),
  }),
  loss: ({ below, inner, odd, bias }, { x, y }) => {
    const hidden = relu(matMul(relu(matMul(x, below)), inner));
    return { loss: mean(square(sub(mean(add(matMul(hidden, odd), bias), -1, true), y))) };
  },
};

const matrices = (_: string, leaf: Tensor): boolean => leaf.rank === 2;
const cases = Object.entries({
  adamW: minimize(net, compact(adamW(warmupCosine({ peak: 0.01, warmup: 3, steps: 15 })))),
  'a chain, averaged': ema(minimize(net, chain(clipByGlobalNorm(1), compact(adamW(0.01)))), { decay: 0.9 }),
  groups: minimize(
    net,
    grouped({ when: matrices, optimizer: compact(muon(0.02)) }, { optimizer: compact(lion(1e-3)) }),
  ),
  lookahead: minimize(net, lookahead(compact(rmsProp(linear(0.01, 0, 20), { momentum: 0.5 })), { every: 4 })),
  sgd: minimize(net, compact(sgd(0.01, { momentum: 0.9 }))),
}) as unknown as [name: string, step: Any][];

beforeAll(async () => void (await useBackend('simd', { threads: 1 })), 60_000);
afterAll(async () => void (await setBackend('cpu')));

describe.each(cases)('%s', (_, step) => {
  test('parity: a run that is replayed gives the bits of a plain one', async () => {
    const [plain, replayed] = [await trained(step, false), await trained(step, true)];
    expect(replayed).toEqual({ ...plain, captured: true });
    expect(plain.state.filter(({ dtype }) => dtype === 'int32').length).toBeGreaterThan(1);
  });

  test('parity: a run that was saved and loaded goes on to the same bits', async () => {
    const whole = await trained(step, false);
    const store = memory();
    await using half = train(step, { data: shuffled(), steps: 7, key: key(3) });
    for await (const _ of half);
    await saveRun(store, half.snapshot());
    const snapshot = await loadRun(store, half.state);
    await using rest = train(step, { data: shuffled(), steps: 15, key: snapshot.key, from: snapshot });
    for await (const _ of rest);
    expect(contents(rest.state)).toEqual(whole.state);
  });
});

async function trained(step: Any, capture: boolean) {
  await using run = train(step, { data: shuffled(), steps: 15, key: key(3), capture });
  const losses: number[] = [];
  for await (const { metrics } of run) losses.push(metrics.loss);
  return { captured: run.captured, losses, state: contents(run.state) };
}

test('parity: an optimizer that holds parameters is packed alike on cpu and simd', async () => {
  const states: unknown[] = [];
  for (const engine of ['cpu', 'simd'] as const) {
    await useBackend(engine);
    const w = normalNoise(key(1), [40, 41]);
    const state = compact(lookahead(sgd(0.1))).init({ w });
    states.push(contents(state));
    free(state, w);
  }
  expect(states[1]).toEqual(states[0]);
});

/** The mean loss of the last moves, and what the optimizer holds then. */
async function learnt(optimizer: Optimizer<Tensor>): Promise<{ first: number; last: number; bytes: number }> {
  const text = ['CONTRIBUTING.md', 'CODE_OF_CONDUCT.md', 'LICENSE']
    .map((name) => readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8'))
    .join('\n');
  const { vocabulary, encode } = characters(text);
  const model = transformer(gpt2({ vocabulary, width: 48, layers: 1, heads: 2, context: 32 }));
  const data = batches(windows(encode(text), { length: 33 }), { size: 8, key: key(1) });
  await using run = train(minimize(nll(model), optimizer), { data, steps: 200, key: key(0) });
  const losses: number[] = [];
  for await (const { metrics } of run) losses.push(metrics.loss);
  expect(run.captured).toBe(true);
  const bytes = leaves<Tensor>(run.state.optimizer).reduce((total, [, { size }]) => total + 4 * size, 0);
  return { first: losses[0]!, last: losses.slice(-20).reduce((a, b) => a + b, 0) / 20, bytes };
}

test('known answers: a transformer learns English with packed moments as it does with float32', async () => {
  const rate = warmupCosine({ peak: 2e-3, warmup: 20, steps: 200 });
  const plain = await learnt(chain(clipByGlobalNorm(1), adamW(rate)) as unknown as Optimizer<Tensor>);
  const packed = await learnt(chain(clipByGlobalNorm(1), compact(adamW(rate))) as unknown as Optimizer<Tensor>);
  expect(packed.first).toBe(plain.first);
  expect(plain.last).toBeLessThan(0.8 * plain.first);
  expect(Math.abs(packed.last - plain.last)).toBeLessThan(0.03); // nats a character
  expect(packed.bytes / plain.bytes).toBeLessThan(0.53);
}, 120_000);
