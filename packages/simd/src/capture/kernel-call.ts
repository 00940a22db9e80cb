import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';

/** A tensor among the inputs or results of a recorded kernel call, its data given by a block. */
export class CallTensor {
  constructor(
    readonly block: number,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly dtype: DataType,
    /** The dtype that the data are stored as, and how many numbers they are. */
    readonly stored: DataType,
    readonly count: number,
  ) {}
}

/** The inputs of a kernel as it got them, an object or a list, each tensor replaced. */
export function mapTensors<A, B>(inputs: unknown, isTensor: (x: unknown) => x is A, f: (tensor: A) => B): unknown {
  if (isTensor(inputs)) return f(inputs);
  if (Array.isArray(inputs)) return inputs.map((input) => mapTensors(input, isTensor, f));
  if (typeof inputs !== 'object' || inputs === null) return inputs;
  return Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, mapTensors(input, isTensor, f)]));
}

export function isTensorInfo(x: unknown): x is TensorInfo {
  return typeof x === 'object' && x !== null && 'dataId' in x && 'shape' in x;
}

export function isCallTensor(x: unknown): x is CallTensor {
  return x instanceof CallTensor;
}
