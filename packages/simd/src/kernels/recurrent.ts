import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { SimdBackend } from '../simd-backend.js';
import type { SimdKernel } from '../simd-kernel.js';

/** A long short-term memory and a gated recurrent unit over a sequence; they keep their cells and gates for their gradients. */
export const RECURRENT_KERNELS: readonly SimdKernel[] = [
  {
    name: 'GenaiLstm',
    run: ({ inputs, backend }) => {
      const { projected, weight, hidden, cell } = inputs as Record<
        'projected' | 'weight' | 'hidden' | 'cell',
        TensorInfo
      >;
      const [batch, time, gates] = projected.shape as [number, number, number];
      const width = gates / 4;
      const value = backend.output([batch, time + 1, width], 'float32');
      const cells = backend.output([batch, time, width], 'float32');
      const kept = backend.output(projected.shape, 'float32');
      withPacked(backend, width, (packed) =>
        backend.launch('lstm', [value, cells, kept, packed], [projected, weight, hidden, cell], [batch, time, width]),
      );
      return [value, cells, kept];
    },
  },
  {
    name: 'GenaiLstmGrad',
    run: ({ inputs, backend }) => {
      const { dvalue, weight, cells, gates, cell } = inputs as Record<
        'dvalue' | 'weight' | 'cells' | 'gates' | 'cell',
        TensorInfo
      >;
      const [batch, time, width] = cells.shape as [number, number, number];
      const made = [gates, cell, cell].map(({ shape }) => backend.output(shape, 'float32'));
      withPacked(backend, width, (packed) =>
        backend.launch('lstm_grad', [...made, packed], [dvalue, weight, cells, gates, cell], [batch, time, width]),
      );
      return made; // slopes at projected, at the hidden state and at the cell before the sequence
    },
  },
  {
    name: 'GenaiGru',
    run: ({ inputs, backend }) => {
      const { projected, weight, bias, hidden } = inputs as Record<'projected' | 'weight' | 'hidden', TensorInfo> & {
        bias?: TensorInfo;
      };
      const [batch, time, gates] = projected.shape as [number, number, number];
      const width = gates / 3;
      const value = backend.output([batch, time, width], 'float32');
      const kept = backend.output([batch, time, 4 * width], 'float32');
      withPacked(backend, width, (packed) =>
        backend.launch('gru', [value, kept, packed], [projected, weight, bias ?? 0, hidden], [batch, time, width]),
      );
      return [value, kept];
    },
  },
  {
    name: 'GenaiGruGrad',
    run: ({ inputs, backend }) => {
      const { dvalue, weight, value, kept, hidden } = inputs as Record<
        'dvalue' | 'weight' | 'value' | 'kept' | 'hidden',
        TensorInfo
      >;
      const [batch, time, width] = value.shape as [number, number, number];
      const ofGates = [batch, time, 3 * width];
      const made = [ofGates, ofGates, hidden.shape].map((shape) => backend.output(shape, 'float32'));
      withPacked(backend, width, (packed) =>
        backend.launch('gru_grad', [...made, packed], [dvalue, weight, value, kept, hidden], [batch, time, width]),
      );
      return made; // slopes at projected, at the product with the weight and at the state before the sequence
    },
  },
];

/** Space for the weight in the order in which it is read, its units padded to whole registers. */
function withPacked(backend: SimdBackend, width: number, use: (place: number) => void): void {
  const place = backend.temporary(4 * 4 * width * Math.ceil(width / 64) * 64);
  try {
    use(place);
  } finally {
    backend.release(place);
  }
}
