import { backend_util, type DataType, gather_util, type Tensor, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { expectNoIndexFault, indexFaultPlace } from '../index-fault.js';
import { floatBits } from '../machine.js';
import type { SimdBackend } from '../simd-backend.js';
import type { SimdCall, SimdKernel } from '../simd-kernel.js';
import { bytesOf } from '../tensor-record.js';
import { isNumeric } from './move-elements.js';

/** Rows by index. */
export const GATHER_KERNELS: readonly SimdKernel[] = [
  { name: 'GatherNd', run: gatherNd },
  { name: 'GatherV2', run: gather },
  { name: 'OneHot', run: oneHot },
  { name: 'ScatterNd', run: scatterNd },
  { name: 'UnsortedSegmentSum', run: segmentSum },
];

function gather({ inputs, attrs, backend }: SimdCall): TensorInfo | undefined {
  const { x, indices } = inputs as { x: TensorInfo; indices: TensorInfo };
  if (!isNumeric(x.dtype) || indices.dtype !== 'int32') return undefined;
  const axis = util.parseAxisParam(attrs.axis as number, x.shape)[0]!;
  const info = backend_util.segment_util.collectGatherOpShapeInfo(
    x as Tensor,
    indices as Tensor,
    axis,
    (attrs.batchDims as number | undefined) ?? 0,
  );
  const { batchSize, outerSize, dimSize, sliceSize, outputShape } = info;
  const count = util.sizeFromShape(indices.shape);
  if (dimSize === 0 && count > 0) return undefined;
  const out = backend.output(outputShape, x.dtype);
  const perBatch = batchSize === 0 ? 0 : count / batchSize;
  launchIndexed(backend, 'GatherV2', 'gather', out, [x, indices], (status) => [
    ...[bytesOf(x.dtype), batchSize, outerSize, dimSize, perBatch, sliceSize, status],
  ]);
  return out;
}

function gatherNd({ inputs, backend }: SimdCall): TensorInfo | undefined {
  const { params, indices } = inputs as { params: TensorInfo; indices: TensorInfo };
  const depth = indices.shape.at(-1)!;
  if (!isNumeric(params.dtype) || indices.dtype !== 'int32' || depth > MOST_INDICES) return undefined;
  const [shape, count, width] = gather_util.prepareAndValidate(params as Tensor, indices as Tensor);
  const sizes = params.shape.slice(0, depth);
  if (sizes.includes(0) && count > 0) return undefined;
  const out = backend.output(shape, params.dtype);
  launchIndexed(backend, 'GatherNd', 'gather_rows', out, [params, indices], (status) => [
    ...[bytesOf(params.dtype), count, width, status, depth, ...sizes],
  ]);
  return out;
}

function scatterNd({ inputs, attrs, backend }: SimdCall): TensorInfo | undefined {
  const { indices, updates } = inputs as { indices: TensorInfo; updates: TensorInfo };
  const shape = attrs.shape as number[];
  const { sliceRank, numUpdates, sliceSize } = backend_util.calculateShapes(updates, indices, shape);
  const isInt = updates.dtype === 'int32';
  if ((updates.dtype !== 'float32' && !isInt) || indices.dtype !== 'int32' || sliceRank > MOST_INDICES)
    return undefined;
  const out = backend.output(shape, updates.dtype);
  launchIndexed(backend, 'ScatterNd', 'scatter_sum', out, [updates, indices], (status) => [
    ...[Number(isInt), numUpdates, sliceSize, status, sliceRank, ...shape.slice(0, sliceRank)],
  ]);
  return out;
}

function segmentSum({ inputs, attrs, backend }: SimdCall): TensorInfo | undefined {
  const { x, segmentIds } = inputs as { x: TensorInfo; segmentIds: TensorInfo };
  const segments = attrs.numSegments as number;
  if (x.dtype !== 'float32' || segmentIds.dtype !== 'int32' || segmentIds.shape.length !== 1) return undefined;
  const count = segmentIds.shape[0]!;
  const row = x.shape.slice(1);
  if (x.shape[0] !== count) return undefined;
  const out = backend.output([segments, ...row], 'float32');
  // A row of no segment is left out, as TensorFlow.js has it: nobody is told.
  backend.launch('scatter_sum', [out], [x, segmentIds], [0, count, util.sizeFromShape(row), 0, 1, segments]);
  return out;
}

function oneHot({ inputs, attrs, backend }: SimdCall): TensorInfo | undefined {
  const indices = inputs.indices!;
  const { dtype, depth, onValue, offValue } = attrs as OneHot;
  if (!isNumeric(dtype) || indices.dtype !== 'int32') return undefined;
  const out = backend.output([...indices.shape, depth], dtype);
  const bits = (value: number): number => (dtype === 'float32' ? floatBits(value) : value | 0);
  const count = util.sizeFromShape(indices.shape);
  backend.launch('one_hot', [out], [indices], [bytesOf(dtype), count, depth, bits(onValue), bits(offValue)]);
  return out;
}

type OneHot = {
  readonly dtype: DataType;
  readonly depth: number;
  readonly onValue: number;
  readonly offValue: number;
};

/** Launches an op that looks at indices, and throws if one was out of range. */
function launchIndexed(
  backend: SimdBackend,
  kernel: string,
  op: string,
  out: TensorInfo,
  reads: readonly TensorInfo[],
  numbers: (status: number) => number[],
): void {
  const { machine } = backend;
  backend.launch(op, [out], reads, numbers(indexFaultPlace(machine)));
  try {
    expectNoIndexFault(machine, kernel);
  } catch (error) {
    backend.disposeIntermediateTensorInfo(out);
    throw error;
  }
}

const MOST_INDICES = 8;
