import { scope } from '@genai/tensor';
import { cast, equal, expandDims, mul, range, reshape, slice, sum, type Tensor, where } from '@tensorflow/tfjs-core';

/** Values that are taken instead of drawn, (rows, features), where `known` of bool; what is not known is finite. */
export interface GivenValues {
  readonly x: Tensor;
  readonly known: Tensor;
}

/** The feature that each row makes at step `t` of `sequence`, (rows, features) of int32: its number, (rows), and as a row of one 1. */
export function featureAt(sequence: Tensor, t: number): { readonly feature: Tensor; readonly hot: Tensor } {
  const [rows, features] = sequence.shape as [number, number];
  return scope(() => {
    const feature = slice(sequence, [0, t], [rows, 1]);
    const hot = cast(equal(feature, range(0, features, 1, 'int32')), 'float32'); // (rows, features)
    return { feature: reshape(feature, [rows]), hot };
  });
}

/** What x, (rows or 1, features, …), holds of the feature that is hot: (rows, …). */
export function pick(hot: Tensor, x: Tensor): Tensor {
  return scope(() => sum(mul(reshape(hot, [...hot.shape, ...x.shape.slice(2).map(() => 1)]), x), 1));
}

/** The value of the feature that is hot, (rows): as given where it is known, else as drawn. */
export function takenOr(drawn: Tensor, hot: Tensor, given: GivenValues | undefined): Tensor {
  if (!given) return drawn;
  return scope(() => where(cast(pick(hot, cast(given.known, 'float32')), 'bool'), pick(hot, given.x), drawn));
}

/** A value of each row, (rows, …), at the place of its feature: (rows, features, …). */
export function put(hot: Tensor, value: Tensor): Tensor {
  return scope(() => mul(reshape(hot, [...hot.shape, ...value.shape.slice(1).map(() => 1)]), expandDims(value, 1)));
}
