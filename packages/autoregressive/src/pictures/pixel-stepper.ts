import { CAPTURE, type CanCapture, type Captured, type Key, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import { backend, greater, type Tensor, where } from '@tensorflow/tfjs-core';
import type { PixelEmission } from './pixel-emission.js';
import type { PixelNet, Place } from './pixel-net.js';

/** A pixel that may be known already: its `value`, (batch, channels), stands where `known`, (1, 1), is 1. */
export type KnownPixel = { readonly value: Tensor; readonly known: Tensor };
/** What a step takes; there is a pixel `before`, (batch, channels), but at the first place. */
export type PixelInputs<P, S> = {
  readonly params: P;
  readonly state: S;
  readonly before?: Tensor;
  readonly known?: KnownPixel;
};
/** A pixel, (batch, channels), and the state behind it. */
export type DrawnPixel<S> = { readonly pixel: Tensor; readonly state: S };

/** Draws pixels one by one. */
export interface PixelStepper<P, S> {
  /** The pixel at a place; the results are the caller's. */
  readonly run: (inputs: PixelInputs<P, S>, place: Place, key: Key) => DrawnPixel<S>;
  /** Frees what was captured. */
  readonly dispose: () => void;
}

/** Steps of a net with a draw, those of each {@link PixelNet.kindOf kind} captured where the engine offers it. */
export function pixelStepper<P, S extends Tree<Tensor>>(
  net: PixelNet<P, S>,
  emission: PixelEmission,
): PixelStepper<P, S> {
  const step = ({ params, before, state, known }: PixelInputs<P, S>, place: Place, key: Key): DrawnPixel<S> => {
    const made = net.step(params, before, place, state);
    const drawn = emission.given({}, made.output).sample(key); // (batch, channels)
    // A choice, not a sum of products: what is unknown may be no number.
    return { pixel: known ? where(greater(known.known, 0.5), known.value, drawn) : drawn, state: made.state };
  };
  const engine = backend() as unknown as Partial<CanCapture>;
  const kinds = new Map<string, Captured<PixelInputs<P, S>, DrawnPixel<S>>>();
  return {
    run: (inputs, place, key) => {
      if (!inputs.before || !net.kindOf || !engine[CAPTURE]) return scope(() => step(inputs, place, key));
      const kind = net.kindOf(place);
      let captured = kinds.get(kind);
      if (!captured) {
        const one = (inputs: PixelInputs<P, S>, key: Key): DrawnPixel<S> => step(inputs, place, key);
        captured = engine[CAPTURE](one as never) as unknown as Captured<PixelInputs<P, S>, DrawnPixel<S>>;
        kinds.set(kind, captured);
      }
      return captured.run(inputs, key);
    },
    dispose: () => {
      for (const captured of kinds.values()) captured.dispose();
    },
  };
}
