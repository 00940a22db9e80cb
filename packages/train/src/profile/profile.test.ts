import { fold, key, type Objective } from '@genai/core';
import { normalNoise, owned, scope } from '@genai/tensor';
import { add, engine, matMul, mean, memory, relu, square, type Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { points, squaredError } from '../../test/regression.js';
import { adam } from '../adam.js';
import { minimize } from '../minimize.js';
import { sgd } from '../sgd.js';
import { callPaths, functionOf } from './call-path.js';
import { chromeTrace } from './chrome-trace.js';
import { estimateMemory } from './estimate-memory.js';
import { flameChart } from './flame-chart.js';
import { kernelTimes } from './kernel-times.js';
import { type ProfiledKernel, profileStep, type StepProfile } from './profile-step.js';
import { type Span, spansOf } from './spans.js';
import { watchEngine } from './watch-engine.js';

describe('known answers: watchEngine', () => {
  test('tells of each kernel, and counts data that are shared once', () => {
    const x = normalNoise(key(0), [5, 4]);
    const seen: { name: string; bytes: number; outputs: readonly (readonly number[])[] }[] = [];
    const before = memory().numTensors;
    const own = Object.keys(engine());
    const y = watchEngine(
      () => scope(() => mean(square(matMul(x, x, false, true)))),
      ({ name, liveBytes, outputs }) => seen.push({ name, bytes: liveBytes, outputs }),
    );
    expect(seen.map(({ name }) => name)).toContain('BatchMatMul');
    expect(seen.find(({ name }) => name === 'Square')).toEqual({ name: 'Square', bytes: 2 * 100, outputs: [[5, 5]] });
    expect(seen.at(-1)!.outputs).toEqual([[]]);
    expect(memory().numTensors).toBe(before + 1);
    expect(Object.keys(engine())).toEqual(own);
    x.dispose();
    y.dispose();
  });

  test('leaves the engine as it was when the function throws', () => {
    const seen: string[] = [];
    const failing = (): void => {
      throw new Error('on purpose');
    };
    expect(() => watchEngine(failing, ({ name }) => seen.push(name))).toThrow('on purpose');
    normalNoise(key(0), [2]).dispose();
    expect(seen).toEqual([]);
  });
});

test('known answers: callPaths names the functions between, without those that only pass on', () => {
  const paths = callPaths();
  const inner = (): string[] => scope(() => paths.here());
  const outer = (): string[] => inner();
  expect(paths.from(outer)).toEqual(['outer', 'inner']);
});

test.each([
  ['    at loss (file:///app/vae.ts:10:5)', 'loss'],
  ['    at Object.run [as step] (file:///app/vae.ts:10:5)', 'run'],
  ['    at new Model (http://localhost/app.js:1:20)', 'Model'],
  ['    at file:///app/vae.ts:10:5', undefined],
  ['    at Array.map (<anonymous>)', undefined],
  ['    at t (http://localhost/app.min.js:1:20)', undefined],
  [
    '    at Engine.backpropagateGradients (/app/node_modules/@tensorflow/tfjs-core/dist/tf-core.node.js:1:1)',
    'backward',
  ],
  ['    at matMul_ (/app/node_modules/@tensorflow/tfjs-core/dist/tf-core.node.js:1:1)', undefined],
  ['loss@http://localhost/app.js:10:5', 'loss'],
  ['run/made<@http://localhost/app.js:10:5', 'made'],
  ['@http://localhost/app.js:10:5', undefined],
  ['map@[native code]', undefined],
])('known answers: the function of the frame %s', (frame, name) => {
  expect(functionOf(frame)).toBe(name);
});

describe('profileStep', () => {
  test('known answers: the kernels of a step, from which functions, in which order, and nothing left over', () => {
    using batch = owned(points());
    const before = memory().numTensors;
    const profile = profileStep(minimize(squaredError, adam(0.1)), { batch, key: key(0), warmups: 1 });
    expect(memory().numTensors).toBe(before);
    const forward = profile.kernels.find(({ name }) => name === 'BatchMatMul')!;
    expect(forward.path).toContain('loss');
    expect(forward.path).not.toContain('backward');
    expect(forward.inputs).toEqual([
      [24, 3],
      [3, 1],
    ]);
    expect(profile.kernels.some(({ name, path }) => name === 'BatchMatMul' && path.includes('backward'))).toBe(true);
    expect(profile.kernels.some(({ path }) => path.includes('adamLeaf'))).toBe(true);
    expect(profile).toMatchObject({ engine: 'cpu', timed: 'computing' });
    let end = 0;
    for (const { start, milliseconds } of profile.kernels) {
      expect(start).toBeGreaterThanOrEqual(end);
      end = start + milliseconds;
    }
    expect(end).toBeLessThanOrEqual(profile.milliseconds);
    expect(profile.peakBytes).toBeGreaterThan(24 * 3 * 4);
  });

  test('a state that is given is left as it is', () => {
    using batch = owned(points());
    const step = minimize(squaredError, sgd(0.1));
    using state = owned(step.init(key(1)));
    const values = state.params.weight.dataSync();
    profileStep(step, { batch, key: key(0), state });
    expect(state.params.weight.dataSync()).toEqual(values);
  });
});

const kernel = (name: string, path: string[], start: number, liveBytes = 0): ProfiledKernel => ({
  name,
  path,
  start,
  milliseconds: 1,
  liveBytes,
  inputs: [[2, 3]],
  outputs: [[3]],
});
const made: StepProfile = {
  engine: 'cpu',
  timed: 'computing',
  milliseconds: 10,
  peakBytes: 800,
  kernels: [
    kernel('MatMul', ['run', 'dense'], 0, 400),
    kernel('Add', ['run', 'dense'], 1, 800),
    kernel('Sum', ['run', 'a < b'], 3, 100),
    kernel('Add', ['update'], 5, 200),
  ],
};

describe('known answers: what is made of a profile', () => {
  test('spans reach from the first kernel to the last of one call', () => {
    const told = ({ name, depth, start, end, kernel }: Span): unknown[] => [
      name,
      depth,
      start,
      end,
      kernel !== undefined,
    ];
    expect(spansOf(made).map(told)).toEqual([
      ['run', 0, 0, 4, false],
      ['dense', 1, 0, 2, false],
      ['MatMul', 2, 0, 1, true],
      ['Add', 2, 1, 2, true],
      ['a < b', 1, 3, 4, false],
      ['Sum', 2, 3, 4, true],
      ['update', 0, 5, 6, false],
      ['Add', 1, 5, 6, true],
    ]);
  });

  test('kernelTimes adds up by name', () => {
    expect(kernelTimes(made)).toEqual([
      { name: 'Add', count: 2, milliseconds: 2, share: 0.5 },
      { name: 'MatMul', count: 1, milliseconds: 1, share: 0.25 },
      { name: 'Sum', count: 1, milliseconds: 1, share: 0.25 },
    ]);
  });

  test('chromeTrace has an event for each span in microseconds, and the memory', () => {
    const { traceEvents } = JSON.parse(chromeTrace(made)) as { traceEvents: { [name: string]: unknown }[] };
    expect(traceEvents).toHaveLength(12);
    expect(traceEvents[1]).toEqual({ pid: 1, tid: 1, name: 'dense', cat: 'function', ph: 'X', ts: 0, dur: 2000 });
    expect(traceEvents[5]).toMatchObject({ cat: 'kernel', ts: 3000, args: { inputs: [[2, 3]], outputs: [[3]] } });
    expect(traceEvents[9]).toEqual({ pid: 1, tid: 1, name: 'memory', ph: 'C', ts: 2000, args: { bytes: 800 } });
  });

  test('flameChart draws each span to scale, with its title, and escapes names', () => {
    const svg = flameChart(made, { width: 1000 });
    expect(svg.match(/<g>/g)).toHaveLength(8);
    expect(svg).toContain('<title>dense, 2.000 ms</title><rect x="0.0" y="40" width="200.0"');
    expect(svg).toContain('<title>Sum, 1.000 ms\n[2, 3] → [3]</title><rect x="300.0" y="58" width="100.0"');
    expect(svg).toContain('a &lt; b, 1.000 ms');
    expect(svg).not.toMatch(/a < b|href|<script/);
    expect(svg).toContain('cpu: 10.0 ms, 4 kernels, at most 0.0 MB');
  });
});

/** A net of two layers, wide or narrow. */
const net = (width: number): Objective<Tensor, { first: Tensor; second: Tensor }, Tensor> => ({
  init: (k) => ({ first: normalNoise(k, [16, width]), second: normalNoise(fold(k, 1), [width, 16]) }),
  loss: ({ first, second }, x) => ({ loss: mean(square(add(matMul(relu(matMul(x, first)), second), 1))) }),
});

describe('estimateMemory', () => {
  // Wide: the update of the parameters is the peak of small batches. Then the activations of large ones must be found.
  test.each([
    ['wide', 512],
    ['narrow', 8],
  ])('known answers: as measured with the whole batch, for a %s net', (_, width) => {
    const step = minimize(net(width), adam(0.1));
    for (const rows of [5, 300]) {
      using batch = owned({ x: normalNoise(key(2), [rows, 16]) });
      using few = owned({ x: normalNoise(key(2), [4, 16]) });
      const before = memory().numTensors;
      const estimate = estimateMemory(step, { batch: few.x, rows, key: key(0) });
      expect(memory().numTensors).toBe(before);
      const { peakBytes } = profileStep(step, { batch: batch.x, key: key(0), warmups: 0 });
      expect(estimate.params).toBe(4 * 2 * 16 * width);
      expect(estimate.optimizer).toBe(2 * estimate.params + 4 * 3); // two moments, two counts, the step
      expect(estimate.batch).toBe(4 * 16 * rows);
      expect(estimate.working).toBe(peakBytes);
      expect(estimate.peak).toBe(estimate.params + estimate.optimizer + estimate.batch + peakBytes);
    }
  });

  test('errors: too few rows, and steps that differ by the size', () => {
    using batch = owned(points());
    const given = { batch, key: key(0) };
    const step = minimize(squaredError, sgd(0.1));
    expect(() => estimateMemory(step, { ...given, rows: 0 })).toThrow(/estimateMemory: rows .* got 0/);
    expect(() => estimateMemory(step, { ...given, rows: 8, trial: 20 })).toThrow(/at "x" .* at least 40 rows/);
    const odd: typeof squaredError = {
      ...squaredError,
      loss: (params, points, k, at) => {
        const { loss, bias } = squaredError.loss(params, points, k, at);
        return { loss: points.x.shape[0]! > 2 ? mean(loss) : loss, bias };
      },
    };
    expect(() => estimateMemory(minimize(odd, sgd(0.1)), { ...given, rows: 8 })).toThrow(/kernels for 2 rows and/);
  });
});
