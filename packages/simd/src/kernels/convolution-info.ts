import { backend_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { SimdCall } from '../simd-kernel.js';

type Shape4 = [number, number, number, number];
type Sides = number | [number, number];

/**
 * What a convolution is, by its kernel's attributes.
 *
 * @returns undefined if it is not one of ours: then the borrowed kernel computes it, or says what is wrong.
 */
export function convolutionInfo(
  xShape: readonly number[],
  filterShape: readonly number[],
  attrs: SimdCall['attrs'],
  operands: readonly TensorInfo[],
  depthwise = false,
): backend_util.Conv2DInfo | undefined {
  if (operands.some(({ dtype }) => dtype !== 'float32')) return undefined;
  if (((attrs.dataFormat as string | undefined) ?? 'NHWC') !== 'NHWC') return undefined;
  if (depthwise && filterShape[3] !== 1) return undefined;
  const info = backend_util.computeConv2DInfo(
    xShape as Shape4,
    filterShape as Shape4,
    attrs.strides as Sides,
    (attrs.dilations as Sides | null | undefined) ?? 1,
    attrs.pad as number,
    attrs.dimRoundingMode as 'floor' | 'round' | 'ceil' | undefined,
    depthwise,
  );
  // tfjs lets a transposed convolution begin with more than the one that it turns around would give.
  const dy = attrs.inputShape ? operands[0] : attrs.filterShape ? operands[1] : undefined;
  if (dy && !util.arraysEqual(dy.shape, info.outShape)) return undefined;
  return info.inChannels === filterShape[2] ? info : undefined;
}

/** Its numbers, in the order of kernels/conv.h. */
export function convolutionNumbers(info: backend_util.Conv2DInfo): number[] {
  return [
    ...[info.batchSize, info.inHeight, info.inWidth, info.inChannels, info.outHeight, info.outWidth, info.outChannels],
    ...[info.filterHeight, info.filterWidth, info.strideHeight, info.strideWidth],
    ...[info.dilationHeight, info.dilationWidth, info.padInfo.top, info.padInfo.left],
  ];
}
