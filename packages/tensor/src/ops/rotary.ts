import { GenaiError } from '@genai/core';
import {
  add,
  cast,
  concat,
  mul,
  range,
  reshape,
  slice,
  stack,
  sub,
  type Tensor,
  tensor,
  tensor1d,
  unstack,
} from '@tensorflow/tfjs-core';
import { expectShape } from '../expect-shape.js';
import { scope } from '../scope.js';
import { isFused, runFused } from './fused.js';
import { sineCosine } from './sine-cosine.js';
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
  const composed = (x: Tensor, direction: 1 | -1): Tensor =>
    scope(() => turned(x, { ...options, heads, direction, batch, time }));
  const turn = fits(options, x)
    ? (x: Tensor, direction: 1 | -1) => fused(x, { ...options, heads, direction })
    : composed;
  // A rotation's gradient is the rotation back.
  return withGradient([x], {
    forward: (x) => ({ value: turn(x!, 1) }),
    backward: (dy) => [turn(dy, -1)],
    plain: ([x]) => composed(x!, 1),
  });
}

type Direction = { readonly heads: number; readonly direction: 1 | -1 };
type Turn = RotaryOptions & Direction & { readonly batch: number; readonly time: number };

/** Whether the engine has a kernel for it. */
function fits({ frequencies, behind }: RotaryOptions, x: Tensor): boolean {
  const isWhole = typeof behind === 'object' ? behind.dtype === 'int32' : Number.isInteger(behind ?? 0);
  return isWhole && frequencies.length <= 1024 && isFused('GenaiRotary', x);
}

function fused(x: Tensor, options: RotaryOptions & Direction): Tensor {
  const { width, heads, frequencies, behind, interleaved = false, factor = 1, direction } = options;
  const first = typeof behind === 'number' ? behind : 0;
  const inputs = typeof behind === 'object' ? { x, behind } : { x };
  return runFused('GenaiRotary', inputs, { width, heads, first, interleaved, factor, direction, frequencies })[0]!;
}

function turned(
  x: Tensor,
  { width, heads, frequencies, behind, interleaved, factor = 1, direction, batch, time }: Turn,
): Tensor {
  const all = x.shape[2]! / width;
  const pairs = frequencies.length;
  const split = reshape(x, [batch, time, all, width]);
  const { sine, cosine } = turnsOf(frequencies, behind, time); // (batch or 1, time, 1, pairs)
  const c = mul(cosine, factor);
  const s = mul(sine, direction * factor);
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

/** sin and cos of each pair's angle at each time, computed on the host where the positions are known there. */
function turnsOf(
  frequencies: ArrayLike<number>,
  behind: Tensor | number | undefined,
  time: number,
): { readonly sine: Tensor; readonly cosine: Tensor } {
  const pairs = frequencies.length;
  if (typeof behind !== 'object') {
    const first = behind ?? 0;
    const table = (f: (angle: number) => number): Tensor =>
      tensor(
        Float32Array.from({ length: time * pairs }, (_, i) =>
          f((first + Math.floor(i / pairs)) * frequencies[i % pairs]!),
        ),
        [1, time, 1, pairs],
      );
    return { sine: table(Math.sin), cosine: table(Math.cos) };
  }
  const times = reshape(range(0, time), [1, time, 1, 1]);
  const positions = add(reshape(cast(behind, 'float32'), [-1, 1, 1, 1]), times);
  return sineCosine(mul(positions, reshape(tensor1d(Float32Array.from(frequencies)), [1, 1, 1, pairs])));
}
