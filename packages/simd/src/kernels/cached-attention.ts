import type { TensorInfo } from '@tensorflow/tfjs-core';
import { floatBits } from '../machine.js';
import type { SimdKernel } from '../simd-kernel.js';

/** Attention to a cache of keys and values, which it writes into where they stand: the cache is both given and changed. */
export const CACHED_ATTENTION_KERNELS: readonly SimdKernel[] = [
  {
    name: 'GenaiCachedAttention',
    run: ({ inputs, attrs, backend }) => {
      const { qkv, keys, values, behind } = inputs as Record<'qkv' | 'keys' | 'values' | 'behind', TensorInfo>;
      const { heads, keyHeads, scale, window = 0, scoreCap = 0, slopes } = attrs as Weighing;
      const [batch, time, columns] = qkv.shape as [number, number, number];
      const width = columns / (heads + 2 * keyHeads);
      const output = backend.output([batch, time, heads * width], 'float32');
      backend.launch(
        'cached_attention',
        [output, keys, values],
        [qkv, behind, keys, values],
        [
          ...[batch, time, heads, keyHeads, width, keys.shape[1]!, window, floatBits(scale), floatBits(scoreCap)],
          ...(slopes ? [1, ...Array.from(slopes, floatBits)] : [0]),
        ],
      );
      return output;
    },
  },
];

type Weighing = {
  readonly heads: number;
  readonly keyHeads: number;
  readonly scale: number;
  readonly window?: number;
  readonly scoreCap?: number;
  readonly slopes?: ArrayLike<number>;
};
