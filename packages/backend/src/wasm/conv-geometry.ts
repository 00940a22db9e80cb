import { backend_util } from '@tensorflow/tfjs-core';

/** The sizes of one two-dimensional convolution: which input rows and columns meet which output ones. */
export type ConvGeometry = {
  readonly batch: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly inChannels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly outChannels: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly dilationHeight: number;
  readonly dilationWidth: number;
  readonly padTop: number;
  readonly padLeft: number;
};

type Pair = number | [number, number];

/** Reads the attributes that the convolution kernels of TensorFlow.js share. Only channels-last images are known. */
export function convGeometry(
  attrs: Readonly<Record<string, unknown>>,
  inputShape: readonly number[],
  filterShape: readonly number[],
  depthwise: boolean,
): ConvGeometry {
  if ((attrs.dataFormat ?? 'NHWC') !== 'NHWC') {
    throw new Error(`the wasm engine convolves channels-last images (NHWC), got ${String(attrs.dataFormat)}.`);
  }
  const info = backend_util.computeConv2DInfo(
    inputShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    attrs.strides as Pair,
    (attrs.dilations ?? 1) as Pair,
    attrs.pad as 'same',
    attrs.dimRoundingMode as 'floor' | 'round' | 'ceil' | undefined,
    depthwise,
  );
  return {
    batch: info.batchSize,
    inHeight: info.inHeight,
    inWidth: info.inWidth,
    inChannels: info.inChannels,
    outHeight: info.outHeight,
    outWidth: info.outWidth,
    outChannels: info.outChannels,
    kernelHeight: info.filterHeight,
    kernelWidth: info.filterWidth,
    strideHeight: info.strideHeight,
    strideWidth: info.strideWidth,
    dilationHeight: info.dilationHeight,
    dilationWidth: info.dilationWidth,
    padTop: info.padInfo.top,
    padLeft: info.padInfo.left,
  };
}

/** How many images make a column matrix of about a million numbers (4 MB), so that wasm memory stays small. */
export function imagesPerBlock(g: ConvGeometry): number {
  const perImage = g.outHeight * g.outWidth * g.kernelHeight * g.kernelWidth * g.inChannels;
  return Math.max(1, Math.min(g.batch, Math.floor(2 ** 20 / Math.max(1, perImage))));
}
