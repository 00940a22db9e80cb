import { toleranceOf } from '@genai/testing/engine-tolerances';
import { expectClose } from '@genai/testing/expect-close';
import { add, mul, setBackend, sum, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { afterAll, describe, test } from 'vitest';
// @boundaries-ignore the ops of @genai/tensor are run here on engines that it must not import
import { valueAndGrad } from '../../tensor/src/value-and-grad.js';
// @boundaries-ignore the same
import { type OpCase, opCases } from '../../tensor/test/op-cases.js';
import { useBackend } from '../src/use-backend.js';

afterAll(async () => void (await setBackend('cpu')));

// By finite differences they are checked on cpu and wasm in Node; GPUs are held against cpu, in a tenth of the time.
describe.each(['webgl', 'webgpu'] as const)('parity: %s', (engine) => {
  test.each(opCases())('$name and its derivatives of both orders are those of cpu', async (op) => {
    await useBackend('cpu');
    const expected = await derivatives(op);
    await useBackend(engine);
    const got = await derivatives(op);
    const tolerance = 3 * toleranceOf(engine).sums; // each order multiplies rounding
    for (const [i, numbers] of got.entries()) {
      expectClose(numbers, expected[i]!, { absolute: tolerance, relative: tolerance });
    }
  });
});

/** f, the gradient of Σf², and the gradient of Σ(gradient)², entry by entry. */
async function derivatives({ run, inputs }: OpCase): Promise<Float32Array[]> {
  const made = tidy(() => {
    const all = inputs.map(({ values, shape, dtype }) => tensor(values, shape, dtype));
    const at = all.flatMap((x, i) => (x.dtype === 'float32' ? [i] : []));
    const xs = at.map((i) => all[i]!);
    const apply = (ys: Tensor[]): Tensor => run(...all.map((x, i) => (at.includes(i) ? ys[at.indexOf(i)]! : x)));
    const first = (ys: Tensor[]): Tensor[] => valueAndGrad((zs) => ({ loss: total([apply(zs)]) }), ys).grad;
    const second = valueAndGrad((ys: Tensor[]) => ({ loss: total(first(ys)) }), xs).grad;
    return [apply(xs), ...first(xs), ...second];
  });
  const numbers = await Promise.all(made.map((x) => x.data<'float32'>()));
  for (const x of made) x.dispose();
  return numbers;
}

function total(xs: Tensor[]): Tensor {
  return xs.map((x) => sum(mul(x, x))).reduce((a, b) => add(a, b));
}
