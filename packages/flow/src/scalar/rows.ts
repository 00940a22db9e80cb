import { expectShape } from '@genai/tensor';
import { reshape, type Tensor } from '@tensorflow/tfjs-core';

/** The elements of x one below the other: (rows, 1). */
export function column(x: Tensor): Tensor {
  return reshape(x, [x.size, 1]);
}

/** The raw parameters, (…, parameters), as a row for each element of x, (…): (rows, parameters). */
export function rowsOf(where: string, x: Tensor, raw: Tensor, parameters: number): Tensor {
  expectShape(`${where}, the raw parameters`, raw, [...x.shape, parameters]);
  return reshape(raw, [x.size, parameters]);
}
