import { conv2d, grads, matMul, sum, type Tensor, tensor2d, tensor4d } from '@tensorflow/tfjs-core';

/**
 * A trial of the current engine: a matrix product and the gradients of a convolution, against known values.
 *
 * @throws Error that says what was computed wrongly.
 */
export async function proveEngine(): Promise<void> {
  const made: Tensor[] = [];
  const own = <T extends Tensor>(x: T): T => {
    made.push(x);
    return x;
  };
  try {
    const a = own(tensor2d([1, 2, 3, 4], [2, 2]));
    const b = own(tensor2d([5, 6, 7, 8], [2, 2]));
    await expectValues('matMul', own(matMul(a, b)), [19, 22, 43, 50]);
    await expectValues('matMul with a transpose', own(matMul(a, b, true)), [26, 30, 38, 44]);

    const x = own(tensor4d([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1]));
    const filter = own(tensor4d([1, 2, 3, 4], [2, 2, 1, 1]));
    const [dx, dw] = grads((x: Tensor, filter: Tensor) => sum(conv2d(x as never, filter as never, 1, 'valid')))([
      x,
      filter,
    ]) as [Tensor, Tensor];
    await expectValues('the gradient of conv2d by its input', own(dx), [1, 3, 2, 4, 10, 6, 3, 7, 4]);
    await expectValues('the gradient of conv2d by its filter', own(dw), [12, 16, 24, 28]);
  } finally {
    for (const tensor of made) tensor.dispose();
  }
}

async function expectValues(what: string, got: Tensor, expected: readonly number[]): Promise<void> {
  const values = await got.data();
  if (values.length !== expected.length || expected.some((value, i) => Math.abs(value - values[i]!) > 1e-3)) {
    throw new Error(`its trial failed: ${what} gave [${Array.from(values)}], expected [${expected}]`);
  }
}
