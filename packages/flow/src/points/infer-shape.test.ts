import { key, type Tree } from '@genai/core';
import { gaussian, standardNormal } from '@genai/distributions';
import { normalNoise, owned, scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { add, clone, mul, sub, sum, type Tensor, zerosLike } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import type { Bijector } from '../bijector.js';
import { conditionalFlow } from '../conditional-flow.js';
import { flow } from '../flow.js';
import { inferShape } from './infer-shape.js';
import { pointFlow } from './point-flow.js';
import { pointNet } from './point-net.js';

const around: Bijector<Record<string, never>> = {
  init: () => ({}),
  forward: (_, x, context) => scope(() => ({ y: context ? sub(x, context) : clone(x), logDet: sum(zerosLike(x), 1) })),
  inverse: (_, y, context) => scope(() => ({ x: context ? add(y, context) : clone(y), logDet: sum(zerosLike(y), 1) })),
};
/** z ~ N(0, I), points z + N(0, I): of N points the likeliest z is Σx / (N + 1). */
const model = pointFlow({
  encoder: gaussian(pointNet({ outputs: 6, each: [4], whole: [] })),
  prior: flow({ transforms: [around], base: standardNormal(3) }),
  points: conditionalFlow({ transforms: [around], base: standardNormal(3) }),
  count: 4,
});
const descent = {
  init: () => ({}),
  update: <Q extends Tree<Tensor>>(grad: Q, state: object, params: Q) => ({
    params: { z: sub((params as { z: Tensor }).z, mul((grad as { z: Tensor }).z, 0.1)) } as unknown as Q,
    state: state as Record<string, never>,
  }),
};

test('known answers: the likeliest shape of a normal model', async () => {
  using params = owned(model.init(key(0)));
  using held = owned({ clouds: normalNoise(key(1), [2, 6, 3]) });
  const told: number[] = [];
  const watch = ({ logProb }: { logProb: number }): void => void told.push(logProb);
  using found = owned({ z: await inferShape(model, params, held.clouds, { optimizer: descent, steps: 60, watch }) });
  using expected = owned({ z: scope(() => mul(sum(held.clouds, 1), 1 / 7)) });
  expectClose(found.z, expected.z, { absolute: 1e-4 });
  expect(told).toHaveLength(60);
  expect(told.at(-1)).toBeGreaterThan(told[0]!);
});

test('errors: an abort leaves nothing over', async () => {
  using params = owned(model.init(key(0)));
  using held = owned({ clouds: normalNoise(key(1), [2, 6, 3]) });
  const abort = new AbortController();
  const watch = ({ step }: { step: number }): void => void (step === 2 && abort.abort(new Error('enough')));
  await expect(
    inferShape(model, params, held.clouds, { optimizer: descent, watch, signal: abort.signal }),
  ).rejects.toThrow('enough');
});
