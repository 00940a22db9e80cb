import { stopGradient } from '@genai/tensor';
import { cast, greater, mul, pad, reshape, split, sub, sum, type Tensor } from '@tensorflow/tfjs-core';

/**
 * Which bin `at`, (rows, 1), lies in: a 1 among zeros at the knot where it begins, and at the one where it ends, (rows, 1,
 * bins + 1) each. A knot belongs to the bin below it. `inner` are the knots between bins, (rows, bins − 1). There is no gradient,
 * and needs to be none.
 */
export function binOf(at: Tensor, inner: Tensor): [begin: Tensor, end: Tensor] {
  const [rows, count] = inner.shape as [number, number];
  const passed = cast(greater(stopGradient(at), stopGradient(inner)), 'float32'); // (rows, bins − 1)
  const none: [number, number] = [0, 0];
  const chosen = sub(pad(passed, [none, [1, 0]], 1), pad(passed, [none, [0, 1]], 0)); // (rows, bins)
  const spread = (before: number): Tensor => reshape(pad(chosen, [none, [before, 1 - before]]), [rows, 1, count + 2]);
  return [spread(0), spread(1)];
}

/**
 * What `knots`, (rows, kinds, bins + 1), has at the beginning and at the end of the bin chosen: 2 · kinds columns, (rows, 1), those
 * of the beginning first.
 */
export function endsOf(knots: Tensor, bin: readonly [begin: Tensor, end: Tensor]): Tensor[] {
  return bin.flatMap((chosen) => split(sum(mul(knots, chosen), 2), knots.shape[1]!, 1));
}

/** 1 where −bound < x < bound, 0 elsewhere, a constant. */
export function inside(x: Tensor, bound: number): Tensor {
  const at = stopGradient(x);
  return mul(cast(greater(at, -bound), 'float32'), cast(greater(bound, at), 'float32'));
}
