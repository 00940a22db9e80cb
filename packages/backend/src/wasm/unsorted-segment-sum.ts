import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { WasmKernel } from './wasm-backend.js';

/**
 * Adds up the rows of x that carry the same number: the gradient of gather.
 *
 * x: (…ids, …row), segmentIds: (…ids) → (numSegments, …row). A row whose number is outside [0, numSegments) is dropped.
 */
export const unsortedSegmentSum: WasmKernel = {
  name: 'UnsortedSegmentSum',
  run({ inputs, attrs, backend }): TensorInfo {
    const { x, segmentIds } = inputs as { x: TensorInfo; segmentIds: TensorInfo };
    const segments = attrs.numSegments as number;
    const row = x.shape.slice(segmentIds.shape.length);
    const out = backend.makeOutput([segments, ...row], x.dtype);
    const from = backend.typedArrayFromHeap(x);
    const ids = backend.typedArrayFromHeap(segmentIds);
    const to = backend.typedArrayFromHeap(out);
    to.fill(0);
    const width = util.sizeFromShape(row);
    for (let i = 0; i < ids.length; i++) {
      const segment = ids[i]!;
      if (segment < 0 || segment >= segments) continue;
      for (let j = 0; j < width; j++) to[segment * width + j]! += from[i * width + j]!;
    }
    return out;
  },
};
