import { fold, type Key, type TensorLike, type Tree, traceKeys } from '@genai/core';
import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { SimdBackend } from '../simd-backend.js';
import { Program } from './program.js';
import { Recorder } from './recorder.js';
import { common, type Recording } from './recording.js';

/** A function that takes more bytes than this, run really, is sketched. */
const LARGE = 2 ** 26;

/**
 * The program of a function that takes much memory, found without a real run, which would hold at once all that the
 * program's plan lets go in time: two dry runs tell which ops there are and compute none.
 *
 * @returns undefined if the function takes little, or dry runs do not tell what it computes.
 * @throws OutOfMemoryError
 */
export function sketch<I extends Tree<TensorLike>, R extends Tree<TensorLike>>(
  backend: SimdBackend,
  f: (inputs: I, key: Key) => R,
  inputs: I,
  tensors: readonly Tensor[],
  key: Key,
): Program | undefined {
  const first = dryRun(backend, (key) => f(inputs, key), tensors, key);
  if (!first || first.bytes < LARGE || first.recording.problem !== undefined) return undefined;
  const second = dryRun(backend, (key) => f(inputs, key), tensors, fold(key, 1)); // keys are found by their being different
  if (!second || second.recording.problem !== undefined) return undefined;
  const shared = common(first.recording, second.recording);
  return typeof shared === 'string' ? undefined : new Program(backend, shared);
}

type Sketched = { readonly recording: Recording; readonly bytes: number };

/** Undefined if the function throws: a real run will say why. */
function dryRun(
  backend: SimdBackend,
  f: (key: Key) => Tree<TensorLike>,
  tensors: readonly Tensor[],
  key: Key,
): Sketched | undefined {
  const recorder = new Recorder(backend, tensors, key, true);
  let recording: Recording | undefined;
  try {
    backend.record(recorder, () =>
      tidy(() => {
        const result = traceKeys(recorder.keys, () => tidy(() => f(key) as never));
        recording = recorder.finish(result as unknown as Tree<Tensor>);
        return [];
      }),
    );
  } catch {
    recording = undefined;
  }
  rescue(backend, recorder, tensors, key);
  return recording && { recording, bytes: recorder.mostDryBytes };
}

/** Computes what the function keeps aside, as a function does that fills a cache in its first run. */
function rescue(backend: SimdBackend, recorder: Recorder, tensors: readonly Tensor[], key: Key): void {
  const left = recorder.leftOver();
  if (left.dataIds.length === 0) return;
  const program = new Program(backend, left.recording);
  const made = program.replay(tensors, key) as unknown as readonly Tensor[];
  for (const [i, tensor] of made.entries()) {
    backend.recordOf(left.dataIds[i]!).moveTo(backend.place(tensor));
    backend.takeBack(tensor.dataId); // the block has another owner now
    tensor.dispose();
  }
  program.dispose();
}
