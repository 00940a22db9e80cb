import { GenaiError } from '@genai/core';
import { expectShape } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * Checks what a net of pictures is given: pictures of its channels, and a context of its width where it needs one.
 *
 * @throws GenaiError that names the place.
 */
export function expectPixels(
  where: string,
  { channels, context: width }: { readonly channels: number; readonly context: number },
  x: Tensor,
  context: Tensor | undefined,
): void {
  const [batch] = expectShape(where, x, ['batch', 'height', 'width', channels]);
  expectContext(where, width, batch, context);
}

/** @throws GenaiError unless there is a context, (batch, width), or a width of 0 and none. */
export function expectContext(where: string, width: number, batch: number, context: Tensor | undefined): void {
  if (context && width > 0) expectShape(`${where}: context`, context, [batch, width]);
  else if (context || width > 0) {
    const [got, wanted] = context
      ? [`a context of shape [${context.shape}]`, 'none']
      : ['no context', `[${batch}, ${width}]`];
    throw new GenaiError(
      `${where}: got ${got}, expected ${wanted}. Make the net with { context: the width of a row }.`,
    );
  }
}

/** @throws GenaiError unless the size of a filter is an odd integer of at least 3. */
export function expectKernel(where: string, kernel: number): void {
  if (Number.isSafeInteger(kernel) && kernel >= 3 && kernel % 2 === 1) return;
  throw new GenaiError(
    `${where}: kernel must be an odd integer of at least 3, got ${kernel}. A centre has as many pixels before it as behind it.`,
  );
}
