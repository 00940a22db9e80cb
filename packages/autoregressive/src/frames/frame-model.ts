import {
  type Distribution,
  expectIntegers,
  GenaiError,
  type Layer,
  type NoParams,
  split,
  type Tree,
} from '@genai/core';
import { type DenseParams, dropout as dropoutLayer } from '@genai/nn';
import { expectShape, scope } from '@genai/tensor';
import { type Tensor, zeros } from '@tensorflow/tfjs-core';
import type { SequenceModel, Successor } from '../sequence-model.js';
import type { SequenceNet, Stepped } from '../sequence-net.js';
import { type BernoulliFrames, bernoulliFrames } from './bernoulli-frames.js';
import type { FrameEmission } from './frame-distribution.js';

/** A {@link SequenceModel} of frames, vectors of zeros and ones, such as the notes that sound at a step. */
export interface FrameModel<P, S, D extends Distribution<Tensor> = BernoulliFrames> extends SequenceModel<P, S, D> {
  /** How many numbers a frame has. */
  readonly features: number;
}

/** The parameters of {@link frameModel}: of the layer before the net, the net, and what comes after it. */
export type FrameModelParams<N, Q = DenseParams, E = NoParams> = {
  readonly embed: E;
  readonly net: N;
  readonly emission: Q;
};

export interface FrameModelParts<N, S, Q, D extends Distribution<Tensor>, E> {
  /** How many numbers a frame has; 88 for the keys of a piano. */
  readonly features: number;
  /** From frames, or what `embed` makes of them, to what the distribution of the next is made of. */
  readonly net: SequenceNet<N, S>;
  /** From the net's outputs to the distribution of the next frame; {@link bernoulliFrames} unless given. */
  readonly emission?: FrameEmission<Q, D>;
  /** From frames (…, features) to the net's inputs; none unless given. */
  readonly embed?: Layer<Tensor, E>;
  /** Share of what `embed` and the net give that is dropped in training. Default 0. */
  readonly dropout?: number;
  /** Whether a frame of zeros stands before the first, so that it is predicted too. Default `true`. */
  readonly begin?: boolean;
}

/**
 * Frames put through a net along time, and turned into the distribution of the frame that follows.
 *
 * Elements are (batch, time, features), float32 zeros and ones; `next` has batch (batch, time) in a run, (batch) in a step.
 *
 * @example
 * const music = frameModel({ features: 88, net: recurrentNet(lstm(88, 256)), dropout: 0.2 });
 * const step = minimize(nll(music), adam(1e-3)); // nats a frame
 * const { data, shape } = await generateFrames(music, run.state.params, { steps: 64, key: key(1) }).result;
 * @throws GenaiError if a size is not an integer of at least 1, or the net takes other numbers than it is given; when used, if
 * elements have another shape.
 * @source Boulanger-Lewandowski et al. 2012, "Modeling temporal dependencies in high-dimensional sequences", sections 4
 * and 6.
 */
export function frameModel<
  N,
  S extends Tree<Tensor>,
  Q = DenseParams,
  D extends Distribution<Tensor> = BernoulliFrames,
  E = NoParams,
>(parts: FrameModelParts<N, S, Q, D, E>): FrameModel<FrameModelParams<N, Q, E>, { readonly net: S }, D> {
  const { features, net, embed, dropout = 0, begin = true } = parts;
  const where = `frameModel(${features})`;
  expectIntegers(where, { features });
  if (!embed && net.inputs !== features) {
    throw new GenaiError(
      `${where}: the net takes ${net.inputs} numbers, frames have ${features}. Make it for ${features}, or pass a layer as embed.`,
    );
  }
  // Where none is given Q and D are what they are by default.
  const emission = parts.emission ?? (bernoulliFrames(net.outputs, features) as unknown as FrameEmission<Q, D>);
  const drop = dropoutLayer(dropout);
  type P = FrameModelParams<N, Q, E>;

  const made = (params: P, { output, state }: Stepped<S>): Successor<{ readonly net: S }, D> => ({
    next: emission.given(params.emission, output),
    state: { net: state },
  });
  return {
    features,
    elementShape: [features],
    ...(begin && { begin: (batch: number) => zeros([batch, features]) }),
    init: (key) => {
      const [forEmbed, forNet, forEmission] = split(key, 3);
      return scope(() => ({
        made: {
          embed: embed?.init(forEmbed) ?? ({} as E),
          net: net.init(forNet),
          emission: emission.init(forEmission),
        },
      })).made;
    },
    start: (params, batch) => scope(() => ({ made: { net: net.start(params.net, batch) } })).made,
    run: (params, elements, state, key) => {
      expectShape(where, elements, ['batch', 'time', features]);
      const [before, embedding, within, after] = key ? split(key, 4) : [];
      const stepped = scope(() => {
        const x = embed ? drop.apply({}, embed.apply(params.embed, elements, embedding), before) : elements;
        const { output, state: next } = net.run(params.net, x, state.net, within); // (batch, time, outputs)
        return { output: drop.apply({}, output, after), state: next };
      });
      return made(params, stepped);
    },
    step: (params, element, state) => {
      expectShape(where, element, ['batch', features]);
      const stepped = scope(() => {
        const x = embed ? embed.apply(params.embed, element) : element;
        const { output, state: next } = net.step(params.net, x, state.net); // (batch, outputs)
        return { output, state: next };
      });
      return made(params, stepped);
    },
  };
}
