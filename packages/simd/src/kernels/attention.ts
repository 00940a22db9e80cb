import type { TensorInfo } from '@tensorflow/tfjs-core';
import { floatBits } from '../machine.js';
import type { SimdKernel } from '../simd-kernel.js';

/**
 * Attention without a mask, and its gradient from log Σ eˢ of each query's scores, which it keeps.
 *
 * `GenaiSelfAttention` reads queries, keys and values where their projection put them, (batch, time, (heads + 2 · keyHeads) · width),
 * and leaves the heads side by side, (batch, time, heads · width), so that nothing is moved. `reach`, (batch, time) of float32, may tell
 * how many keys before itself each query sees at most: those before are skipped.
 */
export const ATTENTION_KERNELS: readonly SimdKernel[] = [
  {
    name: 'GenaiAttention',
    run: ({ inputs, attrs, backend }) => {
      const { q, k, v } = inputs as Record<'q' | 'k' | 'v', TensorInfo>;
      const shape = [...q.shape.slice(0, 3), v.shape[3]!];
      const made = [backend.output(shape, 'float32'), backend.output(q.shape.slice(0, 3), 'float32')];
      backend.launch('attention', made, [q, k, v, 0], apart(q, v, attrs as Weighing));
      return made;
    },
  },
  {
    name: 'GenaiAttentionGrad',
    run: ({ inputs, attrs, backend }) => {
      const { dy, q, k, v, y, sums } = inputs as Record<'dy' | 'q' | 'k' | 'v' | 'y' | 'sums', TensorInfo>;
      const made = [q, k, v].map(({ shape }) => backend.output(shape, 'float32'));
      backend.launch('attention_grad', made, [dy, q, k, v, y, sums, 0], apart(q, v, attrs as Weighing));
      return made;
    },
  },
  {
    name: 'GenaiSelfAttention',
    run: ({ inputs, attrs, backend }) => {
      const { qkv, reach } = inputs as { qkv: TensorInfo; reach?: TensorInfo };
      const weighing = attrs as Weighing & Heads;
      const { heads, keyHeads = heads } = weighing;
      const [batch, time, columns] = qkv.shape as [number, number, number];
      const made = [backend.output([batch, time, (columns * heads) / (heads + 2 * keyHeads)], 'float32')];
      made.push(backend.output([batch, heads, time], 'float32'));
      backend.launch('attention', made, [qkv, qkv, qkv, reach ?? 0], together(qkv, weighing));
      return made;
    },
  },
  {
    name: 'GenaiSelfAttentionGrad',
    run: ({ inputs, attrs, backend }) => {
      const { dy, qkv, y, sums, reach } = inputs as Record<'dy' | 'qkv' | 'y' | 'sums', TensorInfo> & {
        reach?: TensorInfo;
      };
      const made = backend.output(qkv.shape, 'float32');
      const reads = [dy, qkv, qkv, qkv, y, sums, reach ?? 0];
      backend.launch('attention_grad', [made, made, made], reads, together(qkv, attrs as Weighing & Heads));
      return made;
    },
  },
];

type Weighing = { readonly scale: number; readonly causal: boolean };
type Heads = { readonly heads: number; readonly keyHeads?: number; readonly window?: number };

/** Tensors (batch, heads, rows, columns) of their own. */
function apart(q: TensorInfo, v: TensorInfo, { scale, causal }: Weighing): number[] {
  const [batch, heads, time, width] = q.shape as [number, number, number, number];
  const [length, features] = v.shape.slice(2) as [number, number];
  const layout = (rows: number, columns: number): number[] => [0, heads * rows * columns, rows * columns, columns];
  return [
    ...[batch, heads, time, length, width, features, floatBits(scale), Number(causal)],
    ...[...layout(time, width), ...layout(length, width), ...layout(length, features), ...layout(time, features)],
    ...[1, 0],
  ];
}

/** Parts of one tensor (batch, time, (heads + 2 · keyHeads) · width), and a result (batch, time, heads · width). */
function together(
  { shape }: TensorInfo,
  { heads, keyHeads = heads, window = 0, scale, causal }: Weighing & Heads,
): number[] {
  const [batch, time, columns] = shape as [number, number, number];
  const width = columns / (heads + 2 * keyHeads);
  const part = (head: number): number[] => [head * width, time * columns, width, columns];
  return [
    ...[batch, heads, time, time, width, width, floatBits(scale), Number(causal)],
    ...[...part(0), ...part(heads), ...part(heads + keyHeads)],
    ...[0, time * heads * width, width, heads * width],
    ...[heads / keyHeads, window],
  ];
}
