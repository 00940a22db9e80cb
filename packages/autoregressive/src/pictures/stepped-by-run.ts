import { scope } from '@genai/tensor';
import { add, clone, pad, reshape, slice, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { expectContext } from './expect-pixels.js';
import type { PixelNet } from './pixel-net.js';

/** What is drawn so far, (batch, height, width, channels) with zeros behind it, and the context. */
export type DrawnSoFar = { readonly drawn: Tensor; readonly context?: Tensor };

/**
 * A net of pictures from one that knows whole pictures only: a step runs it on the rows drawn so far, this one with them. `rows` is what
 * the height of a picture must be a multiple of.
 *
 * Drawing takes as many runs as there are pixels, of half a picture on average.
 */
export function steppedByRun<P>(
  where: string,
  rows: number,
  whole: Omit<PixelNet<P, never>, 'start' | 'step'>,
): PixelNet<P, DrawnSoFar> {
  return {
    ...whole,
    start: (_params, { batch, height, width }, context) =>
      scope(() => {
        expectContext(where, whole.context, batch, context);
        return { drawn: zeros([batch, height, width, whole.channels]), ...(context && { context: clone(context) }) };
      }),
    step: (params, before, { row, column }, { drawn: last, context }) =>
      scope(() => {
        const [batch, , width, channels] = last.shape as [number, number, number, number];
        const drawn = before ? add(last, alone(before, row * width + column - 1, last.shape)) : clone(last);
        const upToHere = [batch, Math.ceil((row + 1) / rows) * rows, width, channels];
        const outputs = whole.run(params, slice(drawn, [0, 0, 0, 0], upToHere), context);
        const output = slice(outputs, [0, row, column, 0], [batch, 1, 1, whole.outputs]);
        return {
          output: reshape(output, [batch, whole.outputs]),
          state: { drawn, ...(context && { context: clone(context) }) },
        };
      }),
  };
}

/** A picture of zeros but for the t-th pixel. */
function alone(pixel: Tensor, t: number, shape: readonly number[]): Tensor {
  const [batch, height, width, channels] = shape as [number, number, number, number];
  const [row, column] = [Math.floor(t / width), t % width];
  const around: [number, number][] = [
    [0, 0],
    [row, height - row - 1],
    [column, width - column - 1],
    [0, 0],
  ];
  return pad(reshape(pixel, [batch, 1, 1, channels]), around);
}
