import { GenaiError } from '@genai/core';
import { expectClose } from '@genai/testing/expect-close';
import { dispose, mul, sum, type Tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { valueAndGrad } from '../value-and-grad.js';
import { gatedActivation } from './gated-activation.js';

// x = torch.tensor([[-1.5, 0.3, 2., 0.5, -1., 3.]], dtype=torch.float64, requires_grad=True); a, b = x.chunk(2, -1)
// y = f(a) * b, the gradient of (y * torch.tensor([[1., 2., -1.]])).sum(); f: F.gelu, F.gelu(approximate='tanh'), F.silu, F.relu
test.each([
  [
    'gelu',
    [-0.0501054, -0.1853734, 5.8634992],
    [-0.0637346, -1.4646555, -3.2556954, -0.1002108, 0.3707469, -1.9544997],
  ],
  [
    'gelu-tanh',
    [-0.0502142, -0.1853709, 5.8637931],
    [-0.0638554, -1.4645909, -3.2582978, -0.1004284, 0.3707418, -1.9545977],
  ],
  ['silu', [-0.1368191, -0.1723328, 5.2847825], [-0.0206471, -1.29556, -3.2723527, -0.2736383, 0.3446655, -1.7615942]],
  ['relu', [0, -0.3, 6], [0, -2, -3, 0, 0.6, -2]],
] as const)('parity: %s and its gradient are those of PyTorch', (activation, value, slopes) => {
  const x = tensor2d([[-1.5, 0.3, 2, 0.5, -1, 3]]);
  const y = gatedActivation(x, activation);
  expectClose(y, [...value], { absolute: 1e-5 });
  const { values, grad } = valueAndGrad(
    (x: Tensor) => ({ loss: sum(mul(gatedActivation(x, activation), [[1, 2, -1]])) }),
    x,
  );
  expectClose(grad, [...slopes], { absolute: 1e-5 });
  dispose([x, y, values.loss, grad]);
});

test('errors: an axis without halves', () => {
  const x = zeros([2, 5]);
  expect(() => gatedActivation(x, 'silu')).toThrow(GenaiError);
  expect(() => gatedActivation(x, 'silu')).toThrow('even size');
  x.dispose();
});
