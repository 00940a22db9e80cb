import { key, type Step, type Tree } from '@genai/core';
import { contents } from '@genai/testing/step-laws';
import { setBackend, type Tensor } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
// @boundaries-ignore the steps of this package are captured here by an engine that it must not import
import { useBackend } from '../../backend/src/use-backend.js';
import { adafactor } from '../src/adafactor.js';
import { adagrad } from '../src/adagrad.js';
import { adam } from '../src/adam.js';
import { inverseSquareRoot } from '../src/inverse-square-root.js';
import { layerwise } from '../src/layerwise.js';
import { lookahead } from '../src/lookahead.js';
import { minimize } from '../src/minimize.js';
import { onPlateau } from '../src/on-plateau.js';
import { oneCycle } from '../src/one-cycle.js';
import { polynomial } from '../src/polynomial.js';
import { profileStep } from '../src/profile/profile-step.js';
import { rmsProp } from '../src/rms-prop.js';
import { scaled } from '../src/scaled.js';
import { scheduleFree } from '../src/schedule-free.js';
import { sgd } from '../src/sgd.js';
import { sharpnessAware } from '../src/sharpness-aware.js';
import { train } from '../src/train.js';
import { warmRestarts } from '../src/warm-restarts.js';
import { type Points, points, shuffled, squaredError } from './regression.js';

type Any = Step<Tree<Tensor>, Points, { readonly loss: Tensor }>;

const cases = Object.entries({
  warmRestarts: minimize(squaredError, sgd(warmRestarts({ peak: 0.1, period: 3, factor: 2 }))),
  oneCycle: minimize(squaredError, sgd(oneCycle({ peak: 0.1, steps: 15 }))),
  inverseSquareRoot: minimize(squaredError, sgd(inverseSquareRoot({ peak: 0.1, warmup: 4 }))),
  polynomial: minimize(squaredError, sgd(polynomial({ start: 0.1, steps: 10, power: 2 }))),
  lookahead: minimize(squaredError, lookahead(adam(0.05), { every: 4 })),
  rmsProp: minimize(squaredError, rmsProp(0.05, { momentum: 0.5 })),
  adagrad: minimize(squaredError, adagrad(0.5)),
  adafactor: minimize(squaredError, adafactor(0.1)),
  scheduleFree: minimize(squaredError, scheduleFree(adam(0.1, { b1: 0 }))),
  layerwise: minimize(
    squaredError,
    layerwise({
      decay: 0.5,
      layers: 3, // one of them without a leaf
      layer: (path) => (path === 'weight' ? 0 : 2),
      optimizer: (factor) => adam(scaled(oneCycle({ peak: 0.1, steps: 15 }), factor)),
    }),
  ),
  sharpnessAware: sharpnessAware(squaredError, adam(0.05)),
  onPlateau: onPlateau((rate) => minimize(squaredError, adam(rate)), {
    rate: 0.5,
    metric: 'loss',
    every: 2,
    patience: 0,
    factor: 0.5,
  }),
}) as unknown as [name: string, step: Any][];

beforeAll(async () => void (await useBackend('simd')));
afterAll(async () => void (await setBackend('cpu')));

async function trained(step: Any, capture: boolean): Promise<{ captured: unknown; losses: number[]; state: unknown }> {
  await using run = train(step, { data: shuffled(), steps: 15, key: key(3), capture });
  const losses: number[] = [];
  for await (const { metrics } of run) losses.push(metrics.loss);
  return { captured: run.captured, losses, state: contents(run.state) };
}

test.each(cases)('parity: a run of %s that is replayed gives the numbers of a plain one', async (_, step) => {
  const [plain, replayed] = [await trained(step, false), await trained(step, true)];
  expect(replayed).toEqual({ ...plain, captured: true });
  expect(new Set(replayed.losses).size).toBe(15);
});

test('known answers: a profile on simd knows the fused kernels of the optimizer', () => {
  const batch = points();
  const profile = profileStep(minimize(squaredError, adam(0.1)), { batch, key: key(0) });
  expect(profile.engine).toBe('simd');
  expect(profile.kernels.find(({ name }) => name === 'GenaiAdam')?.path).toContain('fusedAdam');
  batch.x.dispose();
  batch.y.dispose();
});
