import { GenaiError } from '@genai/core';
import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { SimdKernel } from '../simd-kernel.js';

/** Cross-entropy of a softmax from integer labels, which keeps log Σ eˣ of each row for its gradient. */
export const LOSS_KERNELS: readonly SimdKernel[] = [
  {
    name: 'GenaiCrossEntropy',
    run: ({ inputs, backend }) => {
      const { logits, labels } = inputs as { logits: TensorInfo; labels: TensorInfo };
      backend.check(labels, expectLabels, logits.shape.at(-1)!);
      const made = [backend.output(labels.shape, 'float32'), backend.output(labels.shape, 'float32')];
      backend.launch('cross_entropy', made, [logits, labels], sizes(logits));
      return made;
    },
  },
  {
    name: 'GenaiCrossEntropyGrad',
    run: ({ inputs, backend }) => {
      const { dy, logits, labels, kept } = inputs as Record<'dy' | 'logits' | 'labels' | 'kept', TensorInfo>;
      const made = backend.output(logits.shape, 'float32');
      backend.launch('cross_entropy_grad', [made], [dy, logits, labels, kept], sizes(logits));
      return made;
    },
  },
];

function expectLabels(values: Int32Array, classes: number): void {
  const wrong = values.findIndex((label) => label < 0 || label >= classes);
  if (wrong < 0) return;
  throw new GenaiError(
    `softmaxCrossEntropy: labels: index ${values[wrong]} is out of range, expected 0 to ${classes - 1}.`,
  );
}

function sizes({ shape }: TensorInfo): [rows: number, classes: number] {
  return [util.sizeFromShape(shape.slice(0, -1)), shape.at(-1)!];
}
