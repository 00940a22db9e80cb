import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { floatBits } from '../machine.js';
import type { SimdBackend } from '../simd-backend.js';
import type { SimdCall, SimdKernel } from '../simd-kernel.js';

/** What an optimizer does to all leaves of a tree: one kernel for TensorFlow.js, one launch for each leaf. */
export const OPTIMIZER_KERNELS: readonly SimdKernel[] = [
  { name: 'GenaiAdam', run: adam },
  { name: 'GenaiEma', run: ema },
  { name: 'GenaiClipByGlobalNorm', run: clipByGlobalNorm },
];

/** Inputs: both counts, the rate unless it is an attribute, then all parameters, gradients, and first and second moments. */
function adam({ inputs, attrs, backend }: SimdCall): TensorInfo[] {
  const { b1, b2, epsilon, weightDecay, decays, rate } = attrs as {
    b1: number;
    b2: number;
    epsilon: number;
    weightDecay: number;
    decays: readonly boolean[];
    rate: number | undefined;
  };
  const [counts, rest] = parted(Object.values(inputs), 2);
  const [rates, leaves] = parted(rest, rate === undefined ? 1 : 0);
  const count = decays.length;
  const made = counts.map(() => backend.output([], 'float32'));
  withTemporary(backend, 16, (factors) => {
    backend.launch(
      'adam_factors',
      [...made, factors],
      [...counts, rates[0] ?? 0],
      [b1, b2, epsilon, weightDecay, rate ?? 0].map(floatBits),
    );
    const columns: TensorInfo[][] = [[], [], []];
    for (let i = 0; i < count; i++) {
      const reads = [0, 1, 2, 3].map((column) => leaves[column * count + i]!); // p, g, m, v
      const writes = [reads[0]!, reads[2]!, reads[3]!].map(({ shape }) => backend.output(shape, 'float32'));
      const numbers = [size(reads[0]!), floatBits(b1), floatBits(b2), Number(decays[i])];
      backend.launch('adam', writes, [...reads, factors], numbers);
      for (const [column, info] of writes.entries()) columns[column]!.push(info);
    }
    made.push(...columns.flat());
  });
  return made;
}

/** Inputs: the count, then all averages, then all parameters. */
function ema({ inputs, attrs, backend }: SimdCall): TensorInfo[] {
  const [[count], leaves] = parted(Object.values(inputs), 1);
  const half = leaves.length / 2;
  const made = [backend.output([], 'float32')];
  withTemporary(backend, 16, (weight) => {
    backend.launch('ema_weight', [made[0]!, weight], [count!], [floatBits(attrs.decay as number)]);
    for (let i = 0; i < half; i++) {
      const average = leaves[i]!;
      const out = backend.output(average.shape, 'float32');
      backend.launch('ema', [out], [average, leaves[half + i]!, weight], [size(average)]);
      made.push(out);
    }
  });
  return made;
}

function clipByGlobalNorm({ inputs, attrs, backend }: SimdCall): TensorInfo[] {
  const leaves = Object.values(inputs);
  const made: TensorInfo[] = [];
  withTemporary(backend, 4 * (leaves.length + 1), (sums) => {
    const scale = sums + 4 * leaves.length;
    for (const [i, leaf] of leaves.entries()) backend.launch('sum_squares', [sums], [leaf], [i, size(leaf)]);
    backend.launch('clip_scale', [scale], [sums], [leaves.length, floatBits(attrs.max as number)]);
    for (const leaf of leaves) {
      const out = backend.output(leaf.shape, 'float32');
      backend.launch('scale_by', [out], [leaf, scale], [size(leaf)]);
      made.push(out);
    }
  });
  return made;
}

function withTemporary(backend: SimdBackend, bytes: number, use: (place: number) => void): void {
  const place = backend.temporary(bytes);
  try {
    use(place);
  } finally {
    backend.release(place);
  }
}

function size({ shape }: TensorInfo): number {
  return util.sizeFromShape(shape);
}

function parted<T>(list: readonly T[], at: number): [T[], T[]] {
  return [list.slice(0, at), list.slice(at)];
}
