import {
  CAPTURE,
  type CanCapture,
  CannotCaptureError,
  type Captured,
  GenaiError,
  isLeaf,
  type Key,
  type Step,
  type Tree,
} from '@genai/core';
import { scope } from '@genai/tensor';
import { backend, cast, getBackend, reshape, stack, type Tensor } from '@tensorflow/tfjs-core';
import { probe } from './guard.js';
import { release } from './release.js';

/** A move that was made: the new state, and the metrics with the guard's probe behind them, packed for one read. */
export type Move<S> = { readonly state: S; readonly names: readonly string[]; readonly packed: Tensor | undefined };

type Scalars = { readonly [name: string]: Tensor };
type Inputs<S, B> = { readonly state: S; readonly batch: B };
/** A tree of tensors: the names of the metrics are the name of what holds them, so that a replay brings them along. */
type Made<S> = { readonly state: S; readonly packed: { readonly [names: string]: Tensor } };

/** Makes the moves of a run, captured where the engine offers it. */
export class Mover<S extends Tree<Tensor>, B> {
  /** As `Run.captured`. */
  captured: boolean | CannotCaptureError = false;
  readonly #step: Step<S, B, Scalars>;
  readonly #guard: boolean;
  readonly #capture: 'auto' | boolean;
  #engine: Partial<CanCapture> | undefined;
  #function: Captured<Inputs<S, B>, Made<S>> | undefined;

  constructor(step: Step<S, B, Scalars>, guard: boolean, capture: 'auto' | boolean) {
    this.#step = step;
    this.#guard = guard;
    this.#capture = capture;
  }

  /** One move. @throws CannotCaptureError if it must be captured and cannot. */
  readonly make = (state: S, batch: B, key: Key): Move<S> => {
    const made = this.#run({ state, batch }, key);
    const [[names, packed] = ['[]', undefined]] = Object.entries(made.packed);
    if (this.#capture === true && typeof this.captured !== 'boolean') {
      packed?.dispose();
      release(made.state, state);
      throw this.captured;
    }
    return { state: made.state, names: JSON.parse(names), packed };
  };

  /** Frees what replays need; a later move records anew. */
  readonly dispose = (): void => {
    this.#function?.dispose();
    this.#function = undefined;
    this.#engine = undefined;
  };

  #run(inputs: Inputs<S, B>, key: Key): Made<S> {
    const captured = this.#capture === false ? undefined : this.#capturedHere();
    if (captured && isTree(inputs.batch)) {
      const made = captured.run(inputs, key);
      this.captured = captured.captured;
      return made;
    }
    this.captured = false;
    if (captured)
      this.captured = new CannotCaptureError('train: a step is not captured whose batches hold more than tensors.');
    else if (this.#capture === true) {
      throw new CannotCaptureError(
        `train: the engine '${getBackend()}' cannot capture steps. Choose 'simd', or leave \`capture\` out.`,
      );
    }
    return scope(() => this.#made(inputs, key));
  }

  #capturedHere(): Captured<Inputs<S, B>, Made<S>> | undefined {
    const engine = backend() as unknown as Partial<CanCapture>;
    if (engine !== this.#engine) {
      this.dispose();
      this.#engine = engine;
      const f = (inputs: Inputs<S, B>, key: Key): Made<S> => this.#made(inputs, key);
      this.#function = engine[CAPTURE]?.(f as never) as Captured<Inputs<S, B>, Made<S>> | undefined;
    }
    return this.#function;
  }

  #made({ state: before, batch }: Inputs<S, B>, key: Key): Made<S> {
    const { state, metrics } = this.#step.run(before, batch, key);
    const scalars = Object.entries(metrics).map(([name, value]) => asScalar(name, value));
    const watched = this.#guard ? probe(state, before) : undefined;
    if (watched) scalars.push(watched);
    const names = JSON.stringify(Object.keys(metrics));
    return { state, packed: scalars.length > 0 ? { [names]: stack(scalars) } : {} };
  }
}

function asScalar(name: string, value: Tensor): Tensor {
  if (value.size !== 1) {
    throw new GenaiError(`train: metric "${name}" must be a scalar, got shape [${value.shape.join(', ')}].`);
  }
  const float = value.dtype === 'float32' ? value : cast(value, 'float32');
  return float.rank === 0 ? float : reshape(float, []);
}

function isTree(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return false;
  return isLeaf(node) || (!ArrayBuffer.isView(node) && Object.values(node).every(isTree));
}
