import { type backend_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { floatBits } from '../machine.js';
import type { SimdBackend } from '../simd-backend.js';
import type { SimdCall, SimdKernel } from '../simd-kernel.js';
import { convolutionInfo, convolutionNumbers } from './convolution-info.js';
import { DEPTHWISE_KERNELS } from './depthwise.js';
import { activationCode } from './fused-activation.js';
import { isWinograd, launchWinograd, launchWinogradFilterGradient, launchWinogradInputGradient } from './winograd.js';

/** Convolutions over two dimensions, channels last. */
export const CONV_KERNELS: readonly SimdKernel[] = [
  { name: 'Conv2D', run: conv2d },
  { name: 'FusedConv2D', run: fusedConv2d },
  { name: 'Conv2DBackpropInput', run: inputGradient },
  { name: 'Conv2DBackpropFilter', run: filterGradient },
  ...DEPTHWISE_KERNELS,
];

type Info = backend_util.Conv2DInfo;
type Tail = { readonly bias?: TensorInfo; readonly activation: number; readonly alpha: number };
const PLAIN: Tail = { activation: 0, alpha: 0 };

function conv2d({ inputs: { x, filter }, attrs, backend }: SimdCall): TensorInfo | undefined {
  return forward(backend, x!, filter!, attrs, PLAIN);
}

function fusedConv2d({ inputs: { x, filter, bias }, attrs, backend }: SimdCall): TensorInfo | undefined {
  const activation = activationCode(attrs.activation as string | undefined);
  if (activation === undefined) return undefined;
  const alpha = (attrs.leakyreluAlpha as number | undefined) ?? 0;
  if (!bias) return forward(backend, x!, filter!, attrs, { activation, alpha });
  const channels = filter!.shape[3]!;
  const ofChannels =
    bias.dtype === 'float32' && bias.shape.at(-1) === channels && util.sizeFromShape(bias.shape) === channels;
  return ofChannels ? forward(backend, x!, filter!, attrs, { bias, activation, alpha }) : undefined;
}

function forward(
  backend: SimdBackend,
  x: TensorInfo,
  filter: TensorInfo,
  attrs: SimdCall['attrs'],
  tail: Tail,
): TensorInfo | undefined {
  const info = convolutionInfo(x.shape, filter.shape, attrs, [x, filter]);
  if (!info) return undefined;
  const y = backend.output(info.outShape, 'float32');
  const [m, n, k] = productOf(info) ?? [];
  const reads = [x, filter, tail.bias ?? 0];
  if (m !== undefined) launchProduct(backend, y, reads, [m, n!, k!], [false, false], tail);
  else if (isWinograd(info, 'output')) launchWinograd(backend, y, [x, filter], info, tail);
  else backend.launch('conv2d', [y], reads, [...convolutionNumbers(info), ...numbersOfTail(tail)]);
  return y;
}

/** The gradient of the input, which is also the transposed convolution. */
function inputGradient({ inputs: { dy, filter }, attrs, backend }: SimdCall): TensorInfo | undefined {
  const info = convolutionInfo(attrs.inputShape as number[], filter!.shape, attrs, [dy!, filter!]);
  if (!info) return undefined;
  const dx = backend.output(info.inShape, 'float32');
  const [m, n, k] = productOf(info) ?? [];
  // Y = X·F, so dX = dY·Fᵀ.
  if (m !== undefined) launchProduct(backend, dx, [dy!, filter!, 0], [m, k!, n!], [false, true], PLAIN);
  else if (isWinograd(info, 'input')) launchWinogradInputGradient(backend, dx, [dy!, filter!], info);
  else {
    backend.launch(
      'conv2d_input_gradient',
      [dx],
      [dy!, filter!, 0],
      [...convolutionNumbers(info), ...numbersOfTail(PLAIN)],
    );
  }
  return dx;
}

function filterGradient({ inputs: { x, dy }, attrs, backend }: SimdCall): TensorInfo | undefined {
  const shape = attrs.filterShape as number[];
  const info = convolutionInfo(x!.shape, shape, attrs, [x!, dy!]);
  if (!info) return undefined;
  const dFilter = backend.output(shape, 'float32');
  const [m, n, k] = productOf(info) ?? [];
  // Y = X·F, so dF = Xᵀ·dY.
  if (m !== undefined) launchProduct(backend, dFilter, [x!, dy!, 0], [k!, n!, m], [true, false], PLAIN);
  else if (isWinograd(info, 'filter')) launchWinogradFilterGradient(backend, dFilter, [x!, dy!], info);
  else backend.launch('conv2d_filter_gradient', [dFilter], [x!, dy!], convolutionNumbers(info));
  return dFilter;
}

function numbersOfTail({ bias, activation, alpha }: Tail): number[] {
  return [Number(bias !== undefined), activation, floatBits(alpha)];
}

/**
 * Rows, columns and depth of the matrix product that a convolution is, where its input can be read as a matrix: with one
 * tap, or with one output that sees the whole image.
 */
function productOf(info: Info): [number, number, number] | undefined {
  const { top, left } = info.padInfo;
  if (top !== 0 || left !== 0) return undefined;
  const { filterHeight, filterWidth, inHeight, inWidth, outHeight, outWidth } = info;
  const same = outHeight === inHeight && outWidth === inWidth;
  if (filterHeight === 1 && filterWidth === 1 && same && info.strideHeight === 1 && info.strideWidth === 1) {
    return [info.batchSize * outHeight * outWidth, info.outChannels, info.inChannels];
  }
  const whole = filterHeight === inHeight && filterWidth === inWidth && outHeight === 1 && outWidth === 1;
  if (!whole || info.dilationHeight !== 1 || info.dilationWidth !== 1) return undefined;
  return [info.batchSize, info.outChannels, inHeight * inWidth * info.inChannels];
}

function launchProduct(
  backend: SimdBackend,
  out: TensorInfo,
  reads: readonly (TensorInfo | number)[],
  [m, n, k]: readonly [number, number, number],
  [turnA, turnB]: readonly [boolean, boolean],
  tail: Tail,
): void {
  const steps = [Number(turnA), Number(turnB), turnA ? m : k, turnB ? k : n, n];
  backend.launch('gemm', [out], reads, [m, n, k, 1, 0, 0, 0, ...steps, ...numbersOfTail(tail), 0]);
}
