import { disposeTree, key, leaves } from '@genai/core';
import { normalNoise, owned, scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { mul, pad, square, sub, sum, type Tensor } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { type DenseParams, type ProjectionParams, projection } from './index.js';
import { dequantiseProjection, quantiseProjection, quantiseRows } from './quantise-projection.js';

const layer = projection(64, { query: 12, key: 8 }, { bias: false }); // one is given below
const start = (): DenseParams => ({ ...(layer.init(key(0)) as DenseParams), bias: normalNoise(key(1), [20]) });
const adapters = (): { [part: string]: { a: Tensor; b: Tensor } } => ({
  key: { a: normalNoise(key(2), [64, 3]), b: normalNoise(key(3), [3, 8]) },
});

test.each([16, 8, 4] as const)(
  'laws: %i bits compute with the weight that they stand for, adapters beside it or not',
  async (bits) => {
    const base = start();
    for (const params of [base, { base, adapters: adapters() }] as ProjectionParams[]) {
      const small = await quantiseProjection(params, { bits });
      const again = await quantiseProjection(small, { bits });
      const whole = dequantiseProjection(small);
      const paths = [...leaves<Tensor>(small)].map(([path]) => path.replace('base.', ''));
      expect(paths.filter((path) => !path.startsWith('adapters'))).toEqual([
        'codes',
        ...(bits === 16 ? [] : ['scales']),
        'bias',
      ]);
      using made = owned(
        scope(() => {
          const x = normalNoise(key(4), [3, 5, 64]);
          const by = (p: ProjectionParams): Tensor => layer.apply(p, x);
          return { small: by(small), again: by(again), whole: by(whole), before: by(params) };
        }),
      );
      expectClose(made.small, made.whole, { absolute: 1e-5 });
      expectClose(made.small, made.again, { absolute: 0 });
      using error = owned(
        scope(() => ({ mean: sum(square(sub(made.small, made.before))), size: sum(square(made.before)) })),
      );
      // Weights uniform over ±a lose a step of a / 127 or a / 8, over √12, of a size of a / √3; or 2⁻¹¹ of themselves at most.
      const most = { 16: 0.0003, 8: 0.006, 4: 0.09 }[bits];
      expect(Math.sqrt(error.mean.dataSync()[0]! / error.size.dataSync()[0]!)).toBeLessThan(most);
      disposeTree([small, again, whole, ...('base' in params ? [params] : [])]);
    }
  },
);

test.each([16, 4] as const)(
  'laws: the gradient goes through a weight of %i bits to adapters and inputs, as through the weight it stands for',
  async (bits) => {
    const base = start();
    const small = (await quantiseProjection(base, { bits })) as Extract<ProjectionParams, { codes: Tensor }>;
    const whole = dequantiseProjection(small) as DenseParams;
    using made = owned(
      scope(() => {
        const trained = { x: normalNoise(key(4), [3, 64]), adapters: adapters() };
        const [got, want] = [small, whole].map((base) =>
          valueAndGrad(({ x, adapters }) => {
            const y = layer.apply(
              { base, adapters },
              pad(layer.apply({ base, adapters }, x), [
                [0, 0],
                [0, 44],
              ]),
            );
            return { loss: sum(mul(square(y), 0.1)) };
          }, trained),
        );
        return { got: got!.grad, want: want!.grad };
      }),
    );
    for (const [path, leaf] of leaves<Tensor>(made.got)) {
      const want = [...leaves<Tensor>(made.want)].find(([at]) => at === path)![1];
      expectClose(leaf, want, { absolute: 1e-3, relative: 1e-4 });
    }
    disposeTree([base, small, whole]);
  },
);

test('laws: a weight whose inputs are no multiple of 32 stays as it is', async () => {
  const narrow = projection(24, { all: 5 }, { bias: false });
  const params = narrow.init(key(0)) as DenseParams;
  const same = (await quantiseProjection(params, { bits: 8 })) as DenseParams;
  expectClose(same.weight, params.weight, { absolute: 0 });
  await expect(quantiseRows(params.weight, { bits: 8 })).rejects.toThrow('got shape [24, 5], expected [rows, width]');
  disposeTree([params, same]);
});

test('errors: codes of another projection', async () => {
  const params = start();
  const small = await quantiseProjection(params, { bits: 8 });
  using x = owned({ x: normalNoise(key(0), [1, 64]) });
  expect(() => projection(64, { all: 21 }).apply(small, x.x)).toThrow('projection(64): codes: got shape [20, 16]');
  disposeTree([params, small]);
});

test('errors: a weight beyond float16', async () => {
  const params = start();
  const large = scope(() => ({ weight: mul(params.weight, 1e6) }));
  await expect(quantiseProjection(large, { bits: 16 })).rejects.toThrow('which float16 ends at. Keep this weight in');
  disposeTree([params, large]);
});
