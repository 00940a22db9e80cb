import { backend_util, slice_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { runCopier, type WasmBackend, type WasmKernel } from './wasm-backend.js';

/** Copies the part asked for; the stock kernel copies all of x first, however small the part. */
export const slice: WasmKernel = {
  name: 'Slice',
  run(call) {
    const { inputs, attrs, backend, stock } = call;
    const { x } = inputs as { x: TensorInfo };
    if (x.dtype === 'string') return stock(call);
    const [begin, size] = slice_util.parseSliceParams(
      x as never,
      attrs.begin as number[],
      attrs.size as number[],
    ) as number[][];
    slice_util.assertParamsValid(x as never, begin!, size!);
    return partOf(backend, x, begin!, size!);
  },
};

/** Splits along an axis; the stock kernel copies all of x once for each part. */
export const splitV: WasmKernel = {
  name: 'SplitV',
  run({ inputs, attrs, backend }) {
    const { x } = inputs as { x: TensorInfo };
    const axis = util.parseAxisParam(attrs.axis as number, x.shape)[0]!;
    const sizes = backend_util.prepareSplitSize(x as never, attrs.numOrSizeSplits as number[] | number, axis);
    const begin = x.shape.map(() => 0);
    return sizes.map((length) => {
      const part = partOf(
        backend,
        x,
        begin,
        x.shape.map((size, d) => (d === axis ? length : size)),
      );
      begin[axis]! += length;
      return part;
    });
  },
};

/** Takes an axis apart; the stock kernel copies all of x once for each part. */
export const unpack: WasmKernel = {
  name: 'Unpack',
  run({ inputs, attrs, backend }) {
    const { value } = inputs as { value: TensorInfo };
    const axis = util.parseAxisParam(attrs.axis as number, value.shape)[0]!;
    const size = value.shape.map((length, d) => (d === axis ? 1 : length));
    return Array.from({ length: value.shape[axis]! }, (_, i) => {
      const begin = value.shape.map((_, d) => (d === axis ? i : 0));
      return { ...partOf(backend, value, begin, size), shape: value.shape.filter((_, d) => d !== axis) };
    });
  },
};

function partOf(backend: WasmBackend, x: TensorInfo, begin: readonly number[], size: readonly number[]): TensorInfo {
  const out = backend.makeOutput([...size], x.dtype);
  const from = backend.typedArrayFromHeap(x);
  const to = backend.typedArrayFromHeap(out);
  if (to.length === 0) return out;
  // The trailing axes that are taken whole make one run of numbers with the axis before them.
  let axis = x.shape.length - 1;
  while (axis > 0 && size[axis] === x.shape[axis]) axis--;
  const strides = [...util.computeStrides(x.shape), 1];
  const run = axis < 0 ? 1 : size[axis]! * strides[axis]!;
  const outer = size.slice(0, Math.max(0, axis));
  const position = outer.map(() => 0);
  let offset = begin.reduce((sum, at, d) => sum + at * strides[d]!, 0);
  const copy = runCopier(from, to);
  for (let at = 0; at < to.length; at += run) {
    copy(offset, at, run);
    for (let d = outer.length - 1; d >= 0; d--) {
      offset += strides[d]!;
      if (++position[d]! < outer[d]!) break;
      offset -= strides[d]! * outer[d]!;
      position[d] = 0;
    }
  }
  return out;
}
