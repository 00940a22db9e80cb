import { key } from '@genai/core';
import { expectClose } from '@genai/testing/expect-close';
import { concat, dispose, mul, split, square, sum, type Tensor, tensor2d, tensor3d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { normalNoise } from '../noise.js';
import { scope } from '../scope.js';
import { valueAndGrad } from '../value-and-grad.js';
import { groupedAttention } from './grouped-attention.js';

// qkv = torch.sin(torch.arange(40, dtype=torch.float64) * 1.3).reshape(5, 8); q = qkv[:, :4].reshape(5, 2, 2); k and v the columns
// 4:6 and 6:8, each twice; s = torch.einsum('ihw,jhw->hij', q, k) / math.sqrt(2), −inf where j > i or i − j ≥ 3;
// y = torch.einsum('hij,jhw->ihw', s.softmax(-1), v); gradient of (y.reshape(5, 4) * torch.cos(torch.arange(20)).reshape(5, 4)).sum()
const VALUE = [
  0.998543, 0.319098, 0.998543, 0.319098, 0.182303, 0.464919, 0.394676, 0.426979, -0.197683, -0.206779, 0.248425,
  0.244364, 0.095209, -0.175687, -0.1996, 0.04682, 0.091141, 0.294891, -0.074372, -0.38144,
];
const SLOPES = [
  0.0, 0.0, 0.0, 0.0, 0.408028, 0.4722, 0.41039, 0.007507, 0.197812, -0.228352, -0.217797, 0.251424, -0.706638,
  -0.332093, -0.113793, -0.090898, 0.240487, 0.347659, 0.253442, -0.18002, 0.279683, -0.834557, 0.527524, 0.276303,
  -0.60923, -0.312458, 0.150719, 0.300194, 0.168832, 0.857469, 0.052719, 0.297323, 0.404646, -0.138796, -0.496285,
  -0.296174, -0.149905, -0.163019, -0.287783, 0.052236,
];

test('parity: two heads that share one of keys, in a window of 3, and the gradient, as in PyTorch', () => {
  const qkv = tensor3d(
    Array.from({ length: 40 }, (_, i) => Math.sin(1.3 * i)),
    [1, 5, 8],
  );
  const weights = tensor3d(
    Array.from({ length: 20 }, (_, i) => Math.cos(i)),
    [1, 5, 4],
  );
  const mixed = (qkv: Tensor): Tensor => groupedAttention(qkv, { heads: 2, keyHeads: 1, window: 3 });
  const y = mixed(qkv);
  expectClose(y, VALUE, { absolute: 1e-5 });
  const { values, grad } = valueAndGrad((qkv: Tensor) => ({ loss: sum(mul(mixed(qkv), weights)) }), qkv);
  expectClose(grad, SLOPES, { absolute: 1e-5 });
  dispose([qkv, weights, y, values.loss, grad]);
});

test.each([{ keyHeads: 2 }, { keyHeads: 1, window: 2 }, { keyHeads: 1, scoreCap: 2, slopes: [0.3, 0.1] }])(
  'laws: documents side by side attend as each does alone, and have its gradient: %o',
  (rules) => {
    const [sizes, columns] = [[3, 1, 4], (2 + 2 * rules.keyHeads) * 3];
    const qkv = normalNoise(key(0), [1, 8, columns]);
    const reach = tensor2d([[0, 1, 2, 0, 0, 1, 2, 3]]); // the place of each position in its document
    const options = { heads: 2, ...rules };
    const apart = (qkv: Tensor): Tensor =>
      concat(
        split(qkv, sizes, 1).map((part) => groupedAttention(part, options)),
        1,
      );
    const [got, want] = [(qkv: Tensor) => groupedAttention(qkv, { ...options, reach }), apart].map((f) =>
      valueAndGrad((qkv: Tensor) => ({ loss: sum(square(f(qkv))) }), qkv),
    );
    const [y, expected] = scope(() => [groupedAttention(qkv, { ...options, reach }), apart(qkv)]) as [Tensor, Tensor];
    expectClose(y, expected, { absolute: 1e-6 });
    expectClose(got!.grad, want!.grad, { absolute: 1e-5 });
    dispose([qkv, reach, y, expected, got!.values.loss, got!.grad, want!.values.loss, want!.grad]);
  },
);

test('errors: columns that cannot be parted, windows, caps and slopes out of range', () => {
  const qkv = tensor3d([1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 8]);
  const run = (options: object): (() => Tensor) => {
    return () => groupedAttention(qkv, { heads: 2, keyHeads: 1, ...options });
  };
  expect(run({ heads: 3 })).toThrow('cannot be parted');
  expect(run({ window: 0 })).toThrow('window must be');
  expect(run({ scoreCap: -1 })).toThrow('scoreCap must be');
  expect(run({ slopes: [1] })).toThrow('got 1 slopes');
  const reach = tensor2d([[0, 1]]);
  expect(run({ reach })).toThrow('groupedAttention: reach: got shape [1, 2], expected [1, 1]');
  dispose([qkv, reach]);
});
