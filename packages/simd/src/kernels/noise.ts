import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { floatBits } from '../machine.js';
import type { SimdKernel } from '../simd-kernel.js';

/**
 * Random numbers from a key, as the host makes them: the words bit by bit, what is made of them to an ulp or two.
 *
 * Attributes: `kind`, `key` (two words), `shape`, and for 'uniform' `min` and `max`; for dropout `key` and `rate`.
 */
export const NOISE_KERNELS: readonly SimdKernel[] = [
  {
    name: 'GenaiRandom',
    run: ({ attrs, backend }) => {
      const { kind, key, shape, min = 0, max = 1 } = attrs as Noise;
      const out = backend.output(shape, kind === 'bits' ? 'int32' : 'float32');
      const truncated = kind === 'truncatedNormal';
      const [low, high] = truncated ? [-ERF_OF_BOUND, ERF_OF_BOUND] : [min, max];
      const count = util.sizeFromShape(shape as number[]);
      if (count === 0) return out;
      const numbers = [low, high, -BELOW_TWO, BELOW_TWO].map(floatBits);
      backend.launch('random', [out], [], [count, key[0], key[1], KINDS.indexOf(kind), ...numbers]);
      return out;
    },
  },
  {
    name: 'GenaiDropout',
    run: ({ inputs, attrs, backend }) => {
      const { x } = inputs as { x: TensorInfo };
      const { key, rate } = attrs as { key: readonly [number, number]; rate: number };
      const out = backend.output(x.shape, 'float32');
      const numbers = [util.sizeFromShape(x.shape), key[0] | 0, key[1] | 0, floatBits(rate), floatBits(1 / (1 - rate))];
      backend.launch('dropout', [out], [x], numbers);
      return out;
    },
  },
];

type Noise = {
  readonly kind: (typeof KINDS)[number];
  readonly key: readonly [number, number];
  readonly shape: readonly number[];
  readonly min?: number;
  readonly max?: number;
};

/** In the order of kernels/random.c. */
const KINDS = ['bits', 'uniform', 'normal', 'truncatedNormal', 'gumbel'] as const;

/** Normal numbers are truncated at ±2: erf(2 / √2), and the float32 before 2. */
const ERF_OF_BOUND = 0.9544997361036415;
const BELOW_TWO = 1.9999998807907104;
