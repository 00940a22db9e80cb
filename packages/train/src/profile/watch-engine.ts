import { engine, type Tensor } from '@tensorflow/tfjs-core';

/** A kernel that has run. */
export interface SeenKernel {
  /** As the engine names it, `_FusedMatMul` for instance. */
  readonly name: string;
  readonly inputs: readonly (readonly number[])[];
  readonly outputs: readonly (readonly number[])[];
  /** By `performance.now()`. */
  readonly start: number;
  readonly milliseconds: number;
  /** What the tensors made since the watch began hold right after it: each block of data once, however many tensors share it. */
  readonly liveBytes: number;
}

/** Runs a kernel, which makes these. */
export type RunKernel = (run: () => Tensor | Tensor[]) => Tensor | Tensor[];

/** What we take the place of for a while. TensorFlow.js counts bytes too, but those of a copy that shares its data again. */
interface Watched {
  runKernel: (name: string, inputs: object, attributes?: object) => Tensor | Tensor[];
  trackTensor: (tensor: Tensor, backend: unknown) => void;
  removeDataId: (dataId: object, backend: unknown) => void;
}

/**
 * Runs `f`, which must be synchronous, and tells of each kernel after it has run.
 *
 * Kernels are those that the engine of TensorFlow.js is asked for, so a replay of a captured step has none. A kernel that runs
 * within another is a part of that. `around` may measure each in its own way; it runs it at once.
 */
export function watchEngine<R>(f: () => R, seen: (kernel: SeenKernel) => void, around: RunKernel = (run) => run()): R {
  const watched = engine() as unknown as Watched;
  const { tensorInfo } = engine().state;
  const { runKernel, trackTensor, removeDataId } = watched;
  const before = { runKernel, trackTensor, removeDataId };
  const own = new Set(Object.keys(watched)); // theirs where another watch is around this one
  const bytes = new Map<object, number>();
  let live = 0;
  let within = false;
  watched.trackTensor = (tensor, backend) => {
    const isNew = !tensorInfo.has(tensor.dataId);
    trackTensor.call(watched, tensor, backend);
    if (!isNew) return;
    const size = tensorInfo.get(tensor.dataId)?.bytes ?? 0;
    bytes.set(tensor.dataId, size);
    live += size;
  };
  watched.removeDataId = (dataId, backend) => {
    live -= bytes.get(dataId) ?? 0;
    bytes.delete(dataId);
    removeDataId.call(watched, dataId, backend);
  };
  watched.runKernel = (name, inputs, attributes) => {
    if (within) return runKernel.call(watched, name, inputs, attributes);
    within = true;
    try {
      const start = performance.now();
      const made = around(() => runKernel.call(watched, name, inputs, attributes));
      const milliseconds = performance.now() - start;
      seen({ name, inputs: shapesOf(inputs), outputs: shapesOf([made].flat()), start, milliseconds, liveBytes: live });
      return made;
    } finally {
      within = false;
    }
  };
  try {
    return f();
  } finally {
    for (const [name, f] of Object.entries(before)) {
      if (own.has(name)) Object.assign(watched, { [name]: f });
      else Reflect.deleteProperty(watched, name); // the method of the class again
    }
  }
}

/** Of the tensors among these; inputs that are left out are undefined. */
function shapesOf(tensors: object): number[][] {
  return (Object.values(tensors) as (Partial<Tensor> | undefined)[]).flatMap((tensor) =>
    tensor?.shape ? [tensor.shape] : [],
  );
}
