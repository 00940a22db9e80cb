import { CAPTURE, type Key, key } from '@genai/core';
import { add, dispose, grad, profile, square, sum, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
// @boundaries-ignore the packages whose ops this engine fuses are run here on it
import { repairGradients } from '../../backend/src/repair-gradients.js';
// @boundaries-ignore the packages whose ops this engine fuses are run here on it
import { rationalQuadraticMap } from '../../flow/src/index.js';
// @boundaries-ignore the packages whose ops this engine fuses are run here on it
import { normalNoise } from '../../tensor/src/index.js';
// @boundaries-ignore the packages whose ops this engine fuses are run here on it
import { checkCase, type Host } from '../../tensor/test/op-cases.js';
import type { SimdBackend } from '../src/simd-backend.js';
import { splineLaws } from './spline-cases.js';
import { startSimd, stopSimd } from './with-simd.js';

describe.each(['relaxed', 'simd', 'scalar'] as const)('variant %s', (variant) => {
  beforeAll(async () => {
    await startSimd({ variant });
    repairGradients();
  });
  afterAll(stopSimd);
  splineLaws();
});

describe('of the engine', () => {
  let backend: SimdBackend;
  beforeAll(async () => {
    backend = await startSimd();
    repairGradients();
  });
  afterAll(stopSimd);
  const map = rationalQuadraticMap({ bins: 3, bound: 4 });

  test.each([false, true])(
    'laws: the first and second derivatives are those that finite differences have: inverse %s',
    (inverse) => {
      const wave = (shape: number[], phase: number): Host => ({
        values: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(1.7 * i + phase)),
        shape,
        dtype: 'float32',
      });
      return checkCase({
        name: 'rationalQuadraticMap',
        run: (x, raw) => {
          const [moved, logSlope] = Object.values((inverse ? map.inverse : map.forward)(x, raw)) as [Tensor, Tensor];
          return add(moved, logSlope);
        },
        inputs: [wave([2, 3], 0.4), wave([2, 3, 8], 1)],
      });
    },
  );

  test('laws: it is one kernel each way, and a captured step replays it', async () => {
    const step = ({ x, raw }: { x: Tensor; raw: Tensor }, _: Key): Record<'y' | 'dx' | 'draw', Tensor> => {
      const loss = (x: Tensor, raw: Tensor): Tensor => {
        const { y, logSlope } = map.forward(x, raw);
        return sum(add(square(map.inverse(y, raw).x), logSlope));
      };
      return {
        y: map.forward(x, raw).y,
        dx: grad((x) => loss(x, raw))(x),
        draw: grad((raw) => loss(x, raw))(raw),
      };
    };
    const captured = backend[CAPTURE](step as never);
    const inputs = Array.from({ length: 5 }, (_, i) => ({
      x: normalNoise(key(i), [77]),
      raw: normalNoise(key(9 + i), [77, 8]),
    }));
    for (const [i, each] of inputs.entries()) {
      const [want, got] = [step, captured.run as unknown as typeof step].map((run) => {
        const made = tidy(() => run(each, key(i)));
        const values = [made.y, made.dx, made.draw].map((leaf) => [...leaf.dataSync()]);
        dispose(made);
        return values;
      });
      expect(got).toEqual(want);
    }
    expect(captured.captured).toBe(true);
    captured.dispose();
    const { kernelNames } = await profile(() =>
      tidy(() => void grad((x) => sum(map.forward(x, inputs[0]!.raw).y))(inputs[0]!.x)),
    );
    expect(kernelNames.filter((name) => name.startsWith('Genai'))).toEqual(['GenaiSpline', 'GenaiSplineGrad']);
    expect(kernelNames).not.toContain('Softmax');
    dispose(inputs);
  });
});
