import { backend_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { SimdCall, SimdKernel } from '../simd-kernel.js';

/** Pooling of images, NHWC, in float32. */
export const POOLING_KERNELS: readonly SimdKernel[] = [
  { name: 'AvgPool', run: (call) => pool(call, 'avg_pool') },
  { name: 'AvgPoolGrad', run: (call) => poolGrad(call, 'avg_pool_grad') },
  { name: 'MaxPool', run: (call) => pool(call, 'max_pool') },
  { name: 'MaxPoolGrad', run: (call) => poolGrad(call, 'max_pool_grad') },
];

function pool({ inputs, attrs, backend }: SimdCall, op: string): TensorInfo | undefined {
  const x = inputs.x!;
  if (x.dtype !== 'float32') return undefined;
  const info = poolInfo(x, attrs);
  if (info.filterHeight === 1 && info.filterWidth === 1 && util.arraysEqual(info.inShape, info.outShape)) {
    return backend.share(x, x.shape);
  }
  const out = backend.output(info.outShape, 'float32');
  backend.launch(op, [out], [x], numbers(info));
  return out;
}

function poolGrad({ inputs, attrs, backend }: SimdCall, op: string): TensorInfo | undefined {
  const { dy, input } = inputs as { dy: TensorInfo; input: TensorInfo };
  if (dy.dtype !== 'float32' || input.dtype !== 'float32') return undefined;
  const out = backend.output(input.shape, 'float32');
  backend.launch(op, [out], op === 'max_pool_grad' ? [dy, input] : [dy], numbers(poolInfo(input, attrs)));
  return out;
}

function poolInfo(x: TensorInfo, attrs: SimdCall['attrs']): backend_util.Conv2DInfo {
  const { filterSize, strides, pad, dimRoundingMode } = attrs as Pooling;
  const shape = x.shape as [number, number, number, number];
  return backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
}

type Pooling = {
  readonly filterSize: number | [number, number];
  readonly strides: number | [number, number];
  readonly pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
};

function numbers(info: backend_util.Conv2DInfo): number[] {
  return [
    ...[info.batchSize, info.inHeight, info.inWidth, info.inChannels, info.outHeight, info.outWidth],
    ...[info.filterHeight, info.filterWidth, info.strideHeight, info.strideWidth],
    ...[info.padInfo.top, info.padInfo.left],
  ];
}
