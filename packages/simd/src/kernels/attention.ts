import type { TensorInfo } from '@tensorflow/tfjs-core';
import { floatBits } from '../machine.js';
import type { SimdKernel } from '../simd-kernel.js';

/**
 * Attention without a mask, and its gradient from log Σ eˢ of each query's scores, which it keeps.
 *
 * `GenaiSelfAttention` reads queries, keys and values where their projection put them, (batch, time, 3 · heads · width),
 * and leaves the heads side by side, (batch, time, heads · width), so that nothing is moved.
 */
export const ATTENTION_KERNELS: readonly SimdKernel[] = [
  {
    name: 'GenaiAttention',
    run: ({ inputs, attrs, backend }) => {
      const { q, k, v } = inputs as Record<'q' | 'k' | 'v', TensorInfo>;
      const shape = [...q.shape.slice(0, 3), v.shape[3]!];
      const made = [backend.output(shape, 'float32'), backend.output(q.shape.slice(0, 3), 'float32')];
      backend.launch('attention', made, [q, k, v], apart(q, v, attrs as Weighing));
      return made;
    },
  },
  {
    name: 'GenaiAttentionGrad',
    run: ({ inputs, attrs, backend }) => {
      const { dy, q, k, v, y, sums } = inputs as Record<'dy' | 'q' | 'k' | 'v' | 'y' | 'sums', TensorInfo>;
      const made = [q, k, v].map(({ shape }) => backend.output(shape, 'float32'));
      backend.launch('attention_grad', made, [dy, q, k, v, y, sums], apart(q, v, attrs as Weighing));
      return made;
    },
  },
  {
    name: 'GenaiSelfAttention',
    run: ({ inputs, attrs, backend }) => {
      const { qkv } = inputs as { qkv: TensorInfo };
      const { heads, ...weighing } = attrs as Weighing & { heads: number };
      const [batch, time, columns] = qkv.shape as [number, number, number];
      const made = [backend.output([batch, time, columns / 3], 'float32')];
      made.push(backend.output([batch, heads, time], 'float32'));
      backend.launch('attention', made, [qkv, qkv, qkv], together(qkv, heads, weighing));
      return made;
    },
  },
  {
    name: 'GenaiSelfAttentionGrad',
    run: ({ inputs, attrs, backend }) => {
      const { dy, qkv, y, sums } = inputs as Record<'dy' | 'qkv' | 'y' | 'sums', TensorInfo>;
      const { heads, ...weighing } = attrs as Weighing & { heads: number };
      const made = backend.output(qkv.shape, 'float32');
      const reads = [dy, qkv, qkv, qkv, y, sums];
      backend.launch('attention_grad', [made, made, made], reads, together(qkv, heads, weighing));
      return made;
    },
  },
];

type Weighing = { readonly scale: number; readonly causal: boolean };

/** Tensors (batch, heads, rows, columns) of their own. */
function apart(q: TensorInfo, v: TensorInfo, { scale, causal }: Weighing): number[] {
  const [batch, heads, time, width] = q.shape as [number, number, number, number];
  const [length, features] = v.shape.slice(2) as [number, number];
  const layout = (rows: number, columns: number): number[] => [0, heads * rows * columns, rows * columns, columns];
  return [
    ...[batch, heads, time, length, width, features, floatBits(scale), Number(causal)],
    ...[...layout(time, width), ...layout(length, width), ...layout(length, features), ...layout(time, features)],
  ];
}

/** Parts of one tensor (batch, time, 3 · heads · width), and a result (batch, time, heads · width). */
function together({ shape }: TensorInfo, heads: number, { scale, causal }: Weighing): number[] {
  const [batch, time, columns] = shape as [number, number, number];
  const width = columns / 3 / heads;
  const part = (offset: number): number[] => [offset, time * columns, width, columns];
  return [
    ...[batch, heads, time, time, width, width, floatBits(scale), Number(causal)],
    ...[...part(0), ...part(columns / 3), ...part((2 * columns) / 3)],
    ...[0, (time * columns) / 3, width, columns / 3],
  ];
}
