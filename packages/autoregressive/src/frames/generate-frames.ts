import {
  breathe,
  CAPTURE,
  type CanCapture,
  type Captured,
  disposeTree,
  expectIntegers,
  fold,
  GenaiError,
  type Key,
  leaves,
  type Tree,
} from '@genai/core';
import { scope } from '@genai/tensor';
import { backend, slice, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { type Generation, lazyGeneration } from '../decode/generation.js';
import type { FrameDistribution } from './frame-distribution.js';
import type { FrameModel } from './frame-model.js';

/** Frames on the host, one after another, as a piano roll is. */
export interface Frames {
  readonly data: ArrayLike<number>;
  /** (steps, features) */
  readonly shape: readonly number[];
}

/** Frames that were drawn, without the prompt. */
export interface GeneratedFrames extends Frames {
  readonly data: Float32Array;
  /** log p of each frame under the model, in nats, notes that were given included. */
  readonly logProbs: readonly number[];
}

export interface GenerateFramesOptions {
  /** How many frames are drawn. */
  readonly steps: number;
  /** Where the randomness comes from. */
  readonly key: Key;
  /** The frames to go on from; none, for a model with a `begin`, unless given. */
  readonly prompt?: Frames | undefined;
  /** Notes of the frames to be drawn that are given already: `known`, where it is 1, keeps those of `values`. Both (steps, features). */
  readonly given?: { readonly values: Frames; readonly known: Frames } | undefined;
  /** Stops the drawing: what takes from it is given the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Draws frames after a prompt, one by one as they are asked for; each is a Float32Array of zeros and ones.
 *
 * The model is fed its `begin`, if it has one, then the prompt; frame t is drawn with `fold(key, t)`, so that the same key gives the
 * same frames. Notes that are given, such as those of a melody to be harmonised, are heard by all later frames; frames before them do
 * not know what is to come. A step is captured where the engine offers it, and the event loop goes round every 10 ms.
 *
 * @example
 * const drawn = await generateFrames(music, params, { prompt: choraleFrames(chorale.slice(0, 8)), steps: 56, key: key(1) }).result;
 * await writeFile('song.mid', encodeMidi(notesOf(drawn, { stepsPerBeat: 1 })));
 * @throws GenaiError at once if an option is out of range or of another shape, or there is neither a prompt nor a begin. While drawing:
 * the signal's reason; GenaiError for a second consumer.
 */
export function generateFrames<P extends Tree<Tensor>, S extends Tree<Tensor>>(
  model: FrameModel<P, S, FrameDistribution>,
  params: P,
  { steps, key, prompt, given, signal }: GenerateFramesOptions,
): Generation<Float32Array, GeneratedFrames> {
  const { features, begin } = model;
  expectIntegers('generateFrames', { steps }, 0);
  if (prompt) expectFrames('prompt', prompt, [prompt.shape[0]!, features]);
  if (given) {
    expectFrames('given.values', given.values, [steps, features]);
    expectFrames('given.known', given.known, [steps, features]);
  }
  if (!begin && !prompt?.shape[0]) {
    throw new GenaiError('generateFrames: the model has no begin and there is no prompt. Pass at least one frame.');
  }
  const data: number[] = [];
  const logProbs: number[] = [];
  return lazyGeneration('generateFrames', {
    run: async function* () {
      const stepper = stepperOf(model);
      let held: Held<S> | undefined;
      try {
        held = heard(model, params, prompt);
        let breathed = performance.now();
        for (let t = 0; t < steps; t++) {
          if (performance.now() - breathed > 10) {
            await breathe();
            breathed = performance.now();
          }
          signal?.throwIfAborted();
          const { frame, logProb, state } = withGiven(given, t, features, (known) =>
            stepper.run({ params, ...held!, ...(known && { known }) }, fold(key, t)),
          );
          release(held, { state, element: frame });
          held = { state, element: frame };
          const notes = await frame.data<'float32'>();
          data.push(...notes);
          logProbs.push(await numberOf(logProb));
          yield notes.slice(); // an engine may hand out its own memory
        }
      } finally {
        stepper.dispose();
        if (held) disposeTree(held);
      }
    },
    result: () => ({ data: Float32Array.from(data), shape: [logProbs.length, features], logProbs }),
  });
}

/** Where drawing stands: the state before the last frame, and that frame, (1, features). */
type Held<S> = { readonly state: S; readonly element: Tensor };
type Known = { readonly values: Tensor; readonly known: Tensor };
type Inputs<P, S> = { readonly params: P; readonly known?: Known } & Held<S>;
type Drawn<S> = { readonly frame: Tensor; readonly logProb: Tensor; readonly state: S };

/** One step of a model with a draw, captured where the engine can. */
function stepperOf<P extends Tree<Tensor>, S extends Tree<Tensor>>(
  model: FrameModel<P, S, FrameDistribution>,
): Pick<Captured<Inputs<P, S>, Drawn<S>>, 'run' | 'dispose'> {
  const step = ({ params, state, element, known }: Inputs<P, S>, key: Key): Drawn<S> => {
    const { next, state: after } = model.step(params, element, state);
    const frame = known ? next.complete(key, known.values, known.known) : next.sample(key); // (1, features)
    return { frame, logProb: next.logProb(frame), state: after };
  };
  const engine = backend() as unknown as Partial<CanCapture>;
  const captured = engine[CAPTURE]?.(step as never) as Captured<Inputs<P, S>, Drawn<S>> | undefined;
  return captured ?? { run: (inputs, key) => scope(() => ({ made: step(inputs, key) })).made, dispose: () => {} };
}

/** The state after all but the last of `begin` and the prompt. */
function heard<P extends Tree<Tensor>, S extends Tree<Tensor>>(
  { features, begin, start, run }: FrameModel<P, S, FrameDistribution>,
  params: P,
  prompt: Frames | undefined,
): Held<S> {
  const before = begin ? new Array<number>(features).fill(0) : [];
  const fed = [...before, ...Array.from(prompt?.data ?? [])];
  const last = fed.length / features - 1;
  return scope(() => {
    const elements = tensor(fed, [1, last + 1, features], 'float32');
    const element = tensor(fed.slice(last * features), [1, features], 'float32');
    let state = start(params, 1);
    for (let from = 0; from < last; from += PIECE) {
      const piece = slice(elements, [0, from, 0], [1, Math.min(PIECE, last - from), features]);
      state = run(params, piece, state).state;
    }
    return { held: { state, element } };
  }).held;
}

/** Steps of a prompt at once: memory is bounded. */
const PIECE = 512;

/** Runs `f` with the notes given at a step, if there are any, and frees them. */
function withGiven<R>(given: GenerateFramesOptions['given'], t: number, features: number, f: (known?: Known) => R): R {
  if (!given) return f();
  const rowOf = ({ data }: Frames): Tensor =>
    tensor(
      Array.from({ length: features }, (_, i) => data[t * features + i]!),
      [1, features],
      'float32',
    );
  const known = { values: rowOf(given.values), known: rowOf(given.known) };
  try {
    return f(known);
  } finally {
    disposeTree(known);
  }
}

/** Frees what was held but not what is held from now on. */
function release(held: Tree<Tensor>, now: Tree<Tensor>): void {
  const kept = new Set(leaves<Tensor>(now).map(([, leaf]) => leaf));
  disposeTree(leaves<Tensor>(held).flatMap(([, leaf]) => (kept.has(leaf) ? [] : [leaf])));
}

/** A number on the host; its tensor is freed. */
async function numberOf(x: Tensor): Promise<number> {
  try {
    return (await x.data())[0]!;
  } finally {
    x.dispose();
  }
}

function expectFrames(name: string, { data, shape }: Frames, [steps, features]: readonly [number, number]): void {
  const right = shape.length === 2 && shape[0] === steps && shape[1] === features && data.length === steps * features;
  if (right) return;
  throw new GenaiError(
    `generateFrames: ${name} has ${data.length} numbers of shape [${shape.join(', ')}], expected [${steps}, ${features}].`,
  );
}
