import { backend_util, slice_util, type Tensor, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { SimdBackend } from '../simd-backend.js';
import type { SimdCall, SimdKernel } from '../simd-kernel.js';
import { canMove, type MoveDim, moveElements, sliced, stepsOf, transposed } from './move-elements.js';
import { mirrorPad, padded, padV2 } from './pad.js';

/** Elements put elsewhere: other orders, parts, and several tensors as one. */
export const MOVE_KERNELS: readonly SimdKernel[] = [
  { name: 'BatchToSpaceND', run: batchToSpace },
  { name: 'Concat', run: concat },
  { name: 'DepthToSpace', run: depthToSpace },
  { name: 'MirrorPad', run: mirrorPad },
  { name: 'Pack', run: pack },
  { name: 'PadV2', run: padV2 },
  { name: 'Reverse', run: reverse },
  { name: 'Slice', run: slice },
  { name: 'SpaceToBatchND', run: spaceToBatch },
  { name: 'SplitV', run: splitV },
  { name: 'StridedSlice', run: stridedSlice },
  { name: 'Tile', run: tile },
  { name: 'Transpose', run: transpose },
  { name: 'Unpack', run: unpack },
];

// ---- Orders ----------------------------------------------------------------------------------------------------------
function transpose({ inputs, attrs, backend }: SimdCall): TensorInfo | undefined {
  const x = inputs.x!;
  return canMove(x.dtype, x.shape.length) ? transposed(backend, x, attrs.perm as number[]) : undefined;
}

function reverse({ inputs, attrs, backend }: SimdCall): TensorInfo | undefined {
  const x = inputs.x!;
  if (!canMove(x.dtype, x.shape.length)) return undefined;
  const axes = util.parseAxisParam(attrs.dims as number[], x.shape).filter((axis) => x.shape[axis]! > 1);
  if (axes.length === 0) return backend.share(x, x.shape);
  const out = backend.output(x.shape, x.dtype);
  const steps = stepsOf(x.shape);
  const fromFirst = axes.reduce((sum, axis) => sum + (x.shape[axis]! - 1) * steps[axis]!, 0);
  const dims = x.shape.map((n, i): MoveDim => [n, steps[i]!, axes.includes(i) ? -steps[i]! : steps[i]!]);
  moveElements(backend, out, x, dims, { fromFirst });
  return out;
}

function tile({ inputs, attrs, backend }: SimdCall): TensorInfo | undefined {
  const x = inputs.x!;
  const reps = attrs.reps as number[];
  if (!canMove(x.dtype, 2 * x.shape.length)) return undefined;
  const shape = x.shape.map((n, i) => n * reps[i]!);
  if (reps.every((rep) => rep === 1)) return backend.share(x, shape);
  const out = backend.output(shape, x.dtype);
  const [toSteps, fromSteps] = [stepsOf(shape), stepsOf(x.shape)];
  const dims = x.shape.flatMap((n, i): MoveDim[] => [
    [reps[i]!, toSteps[i]! * n, 0],
    [n, toSteps[i]!, fromSteps[i]!],
  ]);
  moveElements(backend, out, x, dims);
  return out;
}

function depthToSpace({ inputs, attrs, backend }: SimdCall): TensorInfo | undefined {
  const x = inputs.x!; // (b, h, w, block · block · d)
  if (!canMove(x.dtype) || attrs.dataFormat !== 'NHWC') return undefined;
  const block = attrs.blockSize as number;
  const [b, h, w, c] = x.shape as [number, number, number, number];
  const d = c / (block * block);
  const split = { ...x, shape: [b, h, w, block, block, d] };
  return reshaped(transposed(backend, split, [0, 1, 3, 2, 4, 5]), [b, h * block, w * block, d]);
}

function spaceToBatch({ inputs, attrs, backend }: SimdCall): TensorInfo | undefined {
  const x = inputs.x!;
  const { blockShape, paddings } = attrs as { blockShape: number[]; paddings: number[][] };
  if (!canMove(x.dtype, x.shape.length + blockShape.length)) return undefined;
  const whole = [[0, 0], ...paddings, ...x.shape.slice(1 + blockShape.length).map(() => [0, 0])];
  const prod = util.sizeFromShape(blockShape);
  const full = padded(backend, x, whole as [number, number][], 0);
  const shape = backend_util.getReshaped(full.shape, blockShape, prod, false);
  const perm = backend_util.getPermuted(shape.length, blockShape.length, false);
  const out = transposed(backend, { ...full, shape }, perm);
  const outShape = backend_util.getReshapedPermuted(full.shape, blockShape, prod, false);
  backend.disposeIntermediateTensorInfo(full);
  return reshaped(out, outShape);
}

function batchToSpace({ inputs, attrs, backend }: SimdCall): TensorInfo | undefined {
  const x = inputs.x!;
  const { blockShape, crops } = attrs as { blockShape: number[]; crops: number[][] };
  if (!canMove(x.dtype, x.shape.length + blockShape.length)) return undefined;
  const prod = util.sizeFromShape(blockShape);
  const shape = backend_util.getReshaped(x.shape, blockShape, prod);
  const perm = backend_util.getPermuted(shape.length, blockShape.length);
  const wholeShape = backend_util.getReshapedPermuted(x.shape, blockShape, prod);
  const whole = reshaped(transposed(backend, { ...x, shape }, perm), wholeShape);
  const [begin, size] = slice_util.parseSliceParams(
    whole as Tensor,
    backend_util.getSliceBeginCoords(crops, blockShape.length),
    backend_util.getSliceSize(wholeShape, crops, blockShape.length),
  );
  const out = sliced(backend, whole, begin!, size!);
  backend.disposeIntermediateTensorInfo(whole);
  return out;
}

// ---- Parts -----------------------------------------------------------------------------------------------------------
function slice({ inputs, attrs, backend }: SimdCall): TensorInfo | undefined {
  const x = inputs.x!;
  if (!canMove(x.dtype, x.shape.length)) return undefined;
  const [begin, size] = slice_util.parseSliceParams(x as Tensor, attrs.begin as number[], attrs.size as number[]);
  slice_util.assertParamsValid(x as Tensor, begin!, size!);
  return sliced(backend, x, begin!, size!);
}

function stridedSlice({ inputs, attrs, backend }: SimdCall): TensorInfo | undefined {
  const x = inputs.x!;
  if (!canMove(x.dtype, x.shape.length)) return undefined;
  const { begin, end, strides, ...masks } = attrs as { begin: number[]; end: number[]; strides: number[] } & Masks;
  const info = slice_util.sliceInfo(
    x.shape,
    begin,
    end,
    strides,
    masks.beginMask,
    masks.endMask,
    masks.ellipsisMask,
    masks.newAxisMask,
    masks.shrinkAxisMask,
  );
  if (info.isIdentity) return backend.share(x, info.finalShape);
  const size = slice_util.computeOutShape(info.begin, info.end, info.strides).map((n) => Math.max(0, n));
  return reshaped(sliced(backend, x, info.begin, size, info.strides), info.finalShape);
}

type Masks = {
  beginMask: number;
  endMask: number;
  ellipsisMask: number;
  newAxisMask: number;
  shrinkAxisMask: number;
};

function splitV({ inputs, attrs, backend }: SimdCall): TensorInfo[] | undefined {
  const x = inputs.x!;
  if (!canMove(x.dtype, x.shape.length)) return undefined;
  const axis = util.parseAxisParam(attrs.axis as number, x.shape)[0]!;
  const sizes = backend_util.prepareSplitSize(x as Tensor, attrs.numOrSizeSplits as number[], axis);
  return parts(backend, x, axis, sizes);
}

function unpack({ inputs, attrs, backend }: SimdCall): TensorInfo[] | undefined {
  const x = inputs.value!;
  if (!canMove(x.dtype, x.shape.length)) return undefined;
  const axis = util.parseAxisParam(attrs.axis as number, x.shape)[0]!;
  const shape = x.shape.filter((_, i) => i !== axis);
  return parts(backend, x, axis, new Array<number>(x.shape[axis]!).fill(1)).map((part) => reshaped(part, shape));
}

/** x cut along an axis into parts of these sizes. */
function parts(backend: SimdBackend, x: TensorInfo, axis: number, sizes: readonly number[]): TensorInfo[] {
  let at = 0;
  return sizes.map((n) => {
    const begin = x.shape.map((_, i) => (i === axis ? at : 0));
    at += n;
    return sliced(
      backend,
      x,
      begin,
      x.shape.map((whole, i) => (i === axis ? n : whole)),
    );
  });
}

// ---- Several as one --------------------------------------------------------------------------------------------------
function concat({ inputs, attrs, backend }: SimdCall): TensorInfo | undefined {
  const xs = inputs as unknown as readonly TensorInfo[];
  const axis = util.parseAxisParam(attrs.axis as number, xs[0]!.shape)[0]!;
  const shapes = xs.map((x) => x.shape);
  backend_util.assertParamsConsistent(shapes, axis);
  return joined(backend, xs, axis, backend_util.computeOutShape(shapes, axis));
}

function pack({ inputs, attrs, backend }: SimdCall): TensorInfo | undefined {
  const xs = inputs as unknown as readonly TensorInfo[];
  const { shape } = xs[0]!;
  const given = attrs.axis as number;
  const axis = given < 0 ? given + shape.length + 1 : given;
  if (!xs.every((x) => util.arraysEqual(x.shape, shape))) return undefined;
  const whole = [...shape.slice(0, axis), xs.length, ...shape.slice(axis)];
  return joined(backend, xs, axis, whole);
}

/** Tensors side by side along an axis of the result: (outer, parts, inner). */
function joined(
  backend: SimdBackend,
  xs: readonly TensorInfo[],
  axis: number,
  shape: readonly number[],
): TensorInfo | undefined {
  const { dtype } = xs[0]!;
  if (!canMove(dtype) || !xs.every((x) => x.dtype === dtype)) return undefined;
  const full = xs.filter((x) => util.sizeFromShape(x.shape) > 0);
  if (full.length === 1) return backend.share(full[0]!, shape);
  const out = backend.output(shape, dtype);
  const outer = util.sizeFromShape(shape.slice(0, axis));
  const row = util.sizeFromShape(shape.slice(axis));
  let toFirst = 0;
  for (const x of full) {
    const width = util.sizeFromShape(x.shape) / outer;
    moveElements(
      backend,
      out,
      x,
      [
        [outer, row, width],
        [width, 1, 1],
      ],
      { toFirst },
    );
    toFirst += width;
  }
  return out;
}

/** A tensor made here under another shape. */
function reshaped(made: TensorInfo, shape: readonly number[]): TensorInfo {
  return { ...made, shape: shape as number[] };
}
