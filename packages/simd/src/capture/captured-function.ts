import {
  CannotCaptureError,
  type Captured,
  type Key,
  leaves,
  type TensorLike,
  type Tree,
  traceKeys,
} from '@genai/core';
import { engine, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { SimdBackend } from '../simd-backend.js';
import { InputForm } from './input-form.js';
import { Program } from './program.js';
import { Recorder } from './recorder.js';
import { common, type Recording } from './recording.js';
import { sketch } from './sketch.js';

/** What is known of runs whose inputs have one form. */
type Case = {
  readonly form: InputForm;
  last: { readonly recording: Recording; readonly key: Key } | undefined;
  tries: number;
  /** Whether a program was looked for without a real run. */
  isSketched: boolean;
  program: Program | undefined;
  error: CannotCaptureError | undefined;
};

/** Runs after which a function that never computes the same is given up. */
const TRIES = 4;
/** Forms of inputs for which a program is kept. */
const CASES = 4;

/**
 * A pure function of tensors, recorded and replayed.
 *
 * The program of a large function is sketched without a real run. Else its first runs are real, and recorded. Where two of
 * them in a row computed the same (up to what came from their keys) the list of ops becomes a program; it is tried at once
 * on the inputs of the last real run, and only if it gives every bit of that run's result is it used.
 */
export class CapturedFunction<I extends Tree<TensorLike>, R extends Tree<TensorLike>> implements Captured<I, R> {
  captured: boolean | CannotCaptureError = false;
  /** The latest used last. */
  #cases: Case[] = [];

  constructor(
    private readonly backend: SimdBackend,
    private readonly f: (inputs: I, key: Key) => R,
  ) {}

  readonly run = (inputs: I, key: Key): R => {
    const { backend } = this;
    // A part of another function that is being recorded, or differentiated.
    if (backend.recorder || engine().state.gradientDepth > 0) return this.f(inputs, key);
    const found = leaves<TensorLike>(inputs) as unknown as [string, Tensor][];
    const tensors = found.map(([, leaf]) => leaf);
    const known = this.#caseOf(found);
    if (known.program && !known.program.isAlive()) forget(known);
    if (known.error) return this.#plain(inputs, key, known.error);
    if (!known.program && !known.isSketched) {
      known.isSketched = true;
      known.program = sketch(backend, this.f, inputs, tensors, key);
    }
    if (!known.program) return this.#record(known, inputs, tensors, key);
    try {
      const result = known.program.replay(tensors, key) as unknown as R;
      this.captured = true;
      return result;
    } catch (error) {
      if (!(error instanceof CannotCaptureError)) throw error;
      forget(known);
      known.error = error;
      return this.#plain(inputs, key, error);
    }
  };

  readonly dispose = (): void => {
    for (const known of this.#cases.splice(0)) known.program?.dispose();
    this.captured = false;
  };

  #plain(inputs: I, key: Key, captured: CannotCaptureError | false): R {
    this.captured = captured;
    return tidy(() => this.f(inputs, key) as never) as R;
  }

  #caseOf(found: readonly [string, Tensor][]): Case {
    const at = this.#cases.findLastIndex(({ form }) => form.fits(found, this.backend));
    const known =
      at < 0
        ? {
            form: new InputForm(found, this.backend),
            last: undefined,
            tries: 0,
            isSketched: false,
            program: undefined,
            error: found.every(([, { dtype }]) => dtype !== 'string' && dtype !== 'complex64')
              ? undefined
              : new CannotCaptureError('A run cannot be captured whose inputs are strings or complex numbers.'),
          }
        : this.#cases.splice(at, 1)[0]!;
    this.#cases.push(known);
    if (this.#cases.length > CASES) forget(this.#cases.shift()!);
    return known;
  }

  /** A real run, recorded. */
  #record(known: Case, inputs: I, tensors: readonly Tensor[], key: Key): R {
    const { backend } = this;
    this.captured = false;
    const recorder = new Recorder(backend, tensors, key);
    const recorded = backend.record(recorder, () => {
      const result = traceKeys(recorder.keys, () => tidy(() => this.f(inputs, key) as never) as R);
      return { result, recording: recorder.finish(result as unknown as Tree<Tensor>) };
    });
    const { result, recording } = recorded;
    const { last } = known;
    known.last = { recording, key };
    known.tries++;
    const shared = last && common(last.recording, recording);
    // Keys are told from other numbers by being different.
    if (!last || (last.key[0] === key[0] && last.key[1] === key[1])) return result;
    if (typeof shared === 'object' && shared.problem === undefined && recording.problem === undefined) {
      const program = new Program(backend, shared);
      known.last = undefined;
      if (program.repeats(result as unknown as Tree<Tensor>, tensors, key)) known.program = program;
      else {
        program.dispose();
        this.#giveUp(known, 'its kernels did not compute the same numbers again');
        const spoilt = new Set(leaves<TensorLike>(result).map(([, leaf]) => leaf as Tensor));
        for (const leaf of spoilt) if (!tensors.includes(leaf)) leaf.dispose();
        return this.#plain(inputs, key, known.error!);
      }
    } else if (known.tries >= TRIES) {
      this.#giveUp(known, recording.problem ?? (typeof shared === 'string' ? shared : 'its runs differ'));
    }
    return result;
  }

  #giveUp(known: Case, problem: string): void {
    known.last = undefined;
    known.error = new CannotCaptureError(
      `A run cannot be captured: ${problem}. It runs plainly, with the same result.`,
    );
    this.captured = known.error;
  }
}

function forget(known: Case): void {
  known.program?.dispose();
  known.program = undefined;
  known.last = undefined;
  known.tries = 0;
  known.isSketched = false;
}
