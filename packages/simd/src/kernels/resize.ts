import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { SimdCall, SimdKernel } from '../simd-kernel.js';

/**
 * Resizing of images, NHWC.
 *
 * The gradients know half pixel centres, which those of the cpu engine leave out of account.
 */
export const RESIZE_KERNELS: readonly SimdKernel[] = [
  { name: 'ResizeBilinear', run: (call) => resize(call, 'resize_bilinear') },
  { name: 'ResizeBilinearGrad', run: (call) => resizeGrad(call, 'resize_bilinear_grad') },
  { name: 'ResizeNearestNeighbor', run: (call) => resize(call, 'resize_nearest') },
  { name: 'ResizeNearestNeighborGrad', run: (call) => resizeGrad(call, 'resize_nearest_grad') },
];

function resize({ inputs, attrs, backend }: SimdCall, op: string): TensorInfo | undefined {
  const images = inputs.images!;
  const [batch, , , channels] = images.shape as [number, number, number, number];
  const [height, width] = attrs.size as [number, number];
  const shape = [batch, height, width, channels];
  if (images.dtype !== 'float32' && !(images.dtype === 'int32' && op === 'resize_nearest')) return undefined;
  if (images.shape.includes(0) && !shape.includes(0)) return undefined;
  const out = backend.output(shape, images.dtype);
  backend.launch(op, [out], [images], numbers(images, out, attrs));
  return out;
}

function resizeGrad({ inputs, attrs, backend }: SimdCall, op: string): TensorInfo | undefined {
  const { images, dy } = inputs as { images: TensorInfo; dy: TensorInfo };
  if (images.dtype !== 'float32' || dy.dtype !== 'float32') return undefined;
  const out = backend.output(images.shape, 'float32');
  backend.launch(op, [out], [dy], numbers(images, dy, attrs));
  return out;
}

function numbers(images: TensorInfo, resized: TensorInfo, attrs: SimdCall['attrs']): number[] {
  return [
    ...[...images.shape, resized.shape[1]!, resized.shape[2]!],
    ...[Number(attrs.alignCorners ?? false), Number(attrs.halfPixelCenters ?? false)],
  ];
}
