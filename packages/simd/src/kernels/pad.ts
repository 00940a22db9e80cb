import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { floatBits } from '../machine.js';
import type { SimdBackend } from '../simd-backend.js';
import type { SimdCall } from '../simd-kernel.js';
import { bytesOf } from '../tensor-record.js';
import { canMove, type MoveDim, moveElements, stepsOf } from './move-elements.js';

type Paddings = readonly (readonly [before: number, after: number])[];

export function padV2({ inputs, attrs, backend }: SimdCall): TensorInfo | undefined {
  const x = inputs.x!;
  const paddings = attrs.paddings as Paddings;
  if (!canMove(x.dtype, x.shape.length) || paddings.flat().some((n) => n < 0)) return undefined;
  return padded(backend, x, paddings, attrs.constantValue as number);
}

/** x with so many elements of this value around it. */
export function padded(backend: SimdBackend, x: TensorInfo, paddings: Paddings, value: number): TensorInfo {
  if (paddings.every(([before, after]) => before === 0 && after === 0)) return backend.share(x, x.shape);
  const out = backend.output(outShape(x, paddings), x.dtype);
  const bits = x.dtype === 'float32' ? floatBits(value) : x.dtype === 'bool' ? value & 255 : value | 0;
  const dims = x.shape.flatMap((n, i) => [n, ...paddings[i]!]);
  backend.launch('pad', [out], [x], [bytesOf(x.dtype), bits, x.shape.length, ...dims]);
  return out;
}

export function mirrorPad({ inputs, attrs, backend }: SimdCall): TensorInfo | undefined {
  const x = inputs.x!;
  const { paddings, mode } = attrs as { paddings: Paddings; mode: 'reflect' | 'symmetric' };
  const axes = paddings.filter((around) => around.some((n) => n > 0)).length;
  if (!canMove(x.dtype, x.shape.length) || axes > 3 || util.sizeFromShape(x.shape) === 0) return undefined;
  if (paddings.flat().some((n) => n < 0)) return undefined;
  const shape = outShape(x, paddings);
  const out = backend.output(shape, x.dtype);
  const [toSteps, fromSteps] = [stepsOf(shape), stepsOf(x.shape)];
  const skip = mode === 'reflect' ? 1 : 0; // whether the edge itself is not mirrored
  // Along each dimension three ranges, of which the outer two run backwards; the output is all their combinations.
  const ranges = x.shape.map((n, i): Range[] => {
    const [before, after] = paddings[i]!;
    return [
      { size: before, to: 0, from: before - 1 + skip, step: -1 },
      { size: n, to: before, from: 0, step: 1 },
      { size: after, to: before + n, from: n - 1 - skip, step: -1 },
    ].filter(({ size }) => size > 0);
  });
  for (const box of combinations(ranges)) {
    const dims = box.map(({ size, step }, i): MoveDim => [size, toSteps[i]!, step * fromSteps[i]!]);
    moveElements(backend, out, x, dims, {
      toFirst: box.reduce((sum, { to }, i) => sum + to * toSteps[i]!, 0),
      fromFirst: box.reduce((sum, { from }, i) => sum + from * fromSteps[i]!, 0),
    });
  }
  return out;
}

type Range = { readonly size: number; readonly to: number; readonly from: number; readonly step: number };

function combinations(ranges: readonly (readonly Range[])[]): Range[][] {
  return ranges.reduce<Range[][]>((boxes, choice) => boxes.flatMap((box) => choice.map((r) => [...box, r])), [[]]);
}

function outShape(x: TensorInfo, paddings: Paddings): number[] {
  return x.shape.map((n, i) => paddings[i]![0] + n + paddings[i]![1]);
}
