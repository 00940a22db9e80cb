import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { SimdCall, SimdKernel } from '../simd-kernel.js';
import { convolutionInfo, convolutionNumbers } from './convolution-info.js';

/** Convolutions of every channel by its own filter. */
export const DEPTHWISE_KERNELS: readonly SimdKernel[] = [
  { name: 'DepthwiseConv2dNative', run: forward },
  { name: 'DepthwiseConv2dNativeBackpropInput', run: inputGradient },
  { name: 'DepthwiseConv2dNativeBackpropFilter', run: filterGradient },
];

function forward({ inputs: { x, filter }, attrs, backend }: SimdCall): TensorInfo | undefined {
  const info = convolutionInfo(x!.shape, filter!.shape, attrs, [x!, filter!], true);
  if (!info) return undefined;
  const y = backend.output(info.outShape, 'float32');
  backend.launch('depthwise', [y], [x!, filter!], convolutionNumbers(info));
  return y;
}

function inputGradient({ inputs: { dy, filter }, attrs, backend }: SimdCall): TensorInfo | undefined {
  const info = convolutionInfo(attrs.inputShape as number[], filter!.shape, attrs, [dy!, filter!], true);
  if (!info) return undefined;
  const dx = backend.output(info.inShape, 'float32');
  backend.launch('depthwise_input_gradient', [dx], [dy!, filter!], convolutionNumbers(info));
  return dx;
}

function filterGradient({ inputs: { x, dy }, attrs, backend }: SimdCall): TensorInfo | undefined {
  const shape = attrs.filterShape as number[];
  const info = convolutionInfo(x!.shape, shape, attrs, [x!, dy!], true);
  if (!info) return undefined;
  const dFilter = backend.output(shape, 'float32');
  backend.launch('depthwise_filter_gradient', [dFilter], [x!, dy!], convolutionNumbers(info));
  return dFilter;
}
