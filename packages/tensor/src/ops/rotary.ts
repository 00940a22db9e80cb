import { GenaiError } from '@genai/core';
import {
  add,
  cast,
  concat,
  cos,
  mul,
  range,
  reshape,
  sin,
  slice,
  stack,
  sub,
  type Tensor,
  tensor1d,
  unstack,
} from '@tensorflow/tfjs-core';
import { expectShape } from '../expect-shape.js';
import { scope } from '../scope.js';
import { withGradient } from './with-gradient.js';

/** How {@link rotary} turns. */
export type RotaryOptions = {
  /** Numbers in a head. */
  readonly width: number;
  /** How many heads are turned, the first of those side by side; the others (the values) stay. Default: all. */
  readonly heads?: number;
  /** Radians per position of each pair of numbers, at most width / 2; what is behind 2 · frequencies.length in a head stays. */
  readonly frequencies: ArrayLike<number>;
  /** Position of the first time: one for all rows, or (batch) of int32. Default 0. */
  readonly behind?: Tensor | number | undefined;
  /** Pairs are neighbours (0 1, 2 3, …) as in the paper; default `false`: the first half of a head with the second, as in GPT-NeoX. */
  readonly interleaved?: boolean;
  /** What turned numbers are multiplied by: YaRN's attention factor. Default 1. */
  readonly factor?: number;
};

/**
 * Rotary positions: turns each pair of numbers of a head by its frequency times the position, (batch, time, heads · width) → same.
 *
 * @example
 * const turned = rotary(qkv, { width: 64, heads: 12 + 4, frequencies: rotaryFrequencies(64), behind });
 * @throws GenaiError if the last axis is no multiple of `width`, or there are more heads or frequencies than fit.
 * @source Su et al. 2021, "RoFormer: enhanced transformer with rotary position embedding", eq. 34.
 */
export function rotary(x: Tensor, options: RotaryOptions): Tensor {
  const [batch, time, columns] = expectShape('rotary: x', x, ['batch', 'time', 'heads · width']) as [
    number,
    number,
    number,
  ];
  const { width, heads = columns / width, frequencies, behind } = options;
  if (columns % width !== 0 || heads > columns / width) {
    throw new GenaiError(`rotary: ${columns} columns cannot be parted into ${heads} heads of ${width} and others.`);
  }
  if (2 * frequencies.length > width) {
    throw new GenaiError(
      `rotary: ${frequencies.length} frequencies turn ${2 * frequencies.length} numbers, a head has ${width}.`,
    );
  }
  if (typeof behind === 'object') expectShape('rotary: behind', behind, [batch]);
  const turn = (x: Tensor, direction: 1 | -1): Tensor =>
    scope(() => turned(x, { ...options, heads, direction, batch, time }));
  // A rotation's gradient is the rotation back.
  return withGradient([x], {
    forward: (x) => ({ value: turn(x!, 1) }),
    backward: (dy) => [turn(dy, -1)],
    plain: ([x]) => turn(x!, 1),
  });
}

type Turn = RotaryOptions & {
  readonly heads: number;
  readonly direction: 1 | -1;
  readonly batch: number;
  readonly time: number;
};

function turned(
  x: Tensor,
  { width, heads, frequencies, behind, interleaved, factor = 1, direction, batch, time }: Turn,
): Tensor {
  const all = x.shape[2]! / width;
  const pairs = frequencies.length;
  const split = reshape(x, [batch, time, all, width]);
  const first = typeof behind === 'number' ? behind : 0;
  const times = reshape(range(first, first + time), [1, time, 1, 1]);
  const positions = typeof behind === 'object' ? add(reshape(cast(behind, 'float32'), [batch, 1, 1, 1]), times) : times;
  const angles = mul(positions, reshape(tensor1d(Float32Array.from(frequencies)), [1, 1, 1, pairs])); // (batch or 1, time, 1, pairs)
  const c = mul(cos(angles), factor);
  const s = mul(sin(angles), direction * factor);
  const part = (from: number, count: number): Tensor => slice(split, [0, 0, 0, from], [batch, time, heads, count]);
  const [a, b] = interleaved
    ? (unstack(reshape(part(0, 2 * pairs), [batch, time, heads, pairs, 2]), 4) as [Tensor, Tensor])
    : [part(0, pairs), part(pairs, pairs)];
  const real = sub(mul(a, c), mul(b, s));
  const imaginary = add(mul(b, c), mul(a, s));
  const rotated = interleaved
    ? reshape(stack([real, imaginary], 4), [batch, time, heads, 2 * pairs])
    : concat([real, imaginary], 3);
  const rest = width - 2 * pairs;
  const headsTurned = rest ? concat([rotated, part(2 * pairs, rest)], 3) : rotated; // (batch, time, heads, width)
  const others = all - heads;
  const whole = others
    ? concat([headsTurned, slice(split, [0, 0, heads, 0], [batch, time, others, width])], 2)
    : headsTurned;
  return reshape(whole, x.shape);
}
