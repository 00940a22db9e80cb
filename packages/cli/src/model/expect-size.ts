import { UsageError } from '../usage-error.js';

/** 1 GiB, and three times that in training. */
const MOST_PARAMETERS = 2 ** 28;
const MOST_LAYERS = 100;

/**
 * A file may say anything: it is looked at before a single layer is made.
 *
 * @throws UsageError if there are more layers, parameters (about) or pixels than could be trained.
 */
export function expectSize(
  shape: readonly number[],
  {
    layers,
    parameters,
    most = MOST_PARAMETERS,
  }: { readonly layers: number; readonly parameters: number; readonly most?: number },
): void {
  const pixels = shape.reduce((a, b) => a * b, 1);
  if (layers <= MOST_LAYERS && parameters <= most && pixels <= MOST_PARAMETERS) return;
  throw new UsageError(
    `the model is too large: ${layers} layers for images of ${shape.join(' × ')}, about ` +
      `${parameters.toPrecision(2)} parameters; at most ${MOST_LAYERS} and ${most.toPrecision(2)} fit. ` +
      'Choose smaller "parts" or smaller images.',
  );
}

/** The weights of dense layers of these sizes. */
export function denseWeights(sizes: readonly number[]): number {
  return sizes.slice(1).reduce((sum, size, i) => sum + size * sizes[i]!, 0);
}
