import type { TokenModel } from '@genai/autoregressive';
import { type Layer, split, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';

/** The parameters of {@link sequenceToSequence}. */
export type SequenceToSequenceParams<E, P> = { readonly encoder: E; readonly decoder: P };

/** What {@link sequenceToSequence} is made of. */
export interface SequenceToSequenceParts<E, P, S, X, Y> {
  /** From the source to the context of the decoder: `encoder`, a net of pictures before `prefixed`, … */
  readonly encoder: Layer<Tensor, E, X, Y>;
  readonly decoder: TokenModel<P, S, Y | undefined>;
}

/**
 * A {@link TokenModel} of p(x | source): its context is the source, which the encoder turns into that of the decoder, once for each
 * sequence. One objective trains both. Without a source, `undefined`, the decoder has no context.
 *
 * @example
 * const translator = sequenceToSequence({
 *   encoder: encoder(gpt2({ vocabulary: 80, ...sizes })),
 *   decoder: conditionalTransformer(gpt2({ vocabulary: 65, ...sizes, beginToken: 0, endToken: 0 }), { memory: { width: sizes.width } }),
 * });
 * const step = minimize(nll(translator), adamW(1e-3)); // batches { elements, mask, context: { source, mask } }
 * const { tokens } = await generate(translator, params, { context: { source }, steps: 40, key: key(1) }).result;
 * @throws GenaiError as its parts do.
 * @source Sutskever et al. 2014, "Sequence to sequence learning with neural networks", eq. 1; Vaswani et al. 2017, "Attention is all you
 * need", section 3.
 */
export function sequenceToSequence<E extends Tree<Tensor>, P extends Tree<Tensor>, S extends Tree<Tensor>, X, Y>({
  encoder,
  decoder,
}: SequenceToSequenceParts<E, P, S, X, Y>): TokenModel<SequenceToSequenceParams<E, P>, S, X | undefined> {
  const { runToLast, forSteps, ...others } = decoder;
  return {
    ...others,
    init: (key) => {
      const [forEncoder, forDecoder] = split(key);
      return { encoder: encoder.init(forEncoder), decoder: decoder.init(forDecoder) };
    },
    start: (params, batch, source, key) => {
      const [forEncoder, forStart] = key ? split(key) : [];
      return scope(() => {
        const context = source === undefined ? undefined : encoder.apply(params.encoder, source, forEncoder);
        return { made: decoder.start(params.decoder, batch, context, forStart) };
      }).made;
    },
    run: (params, elements, state, key) => decoder.run(params.decoder, elements, state, key),
    step: (params, element, state) => decoder.step(params.decoder, element, state),
    ...(runToLast && {
      runToLast: (params: SequenceToSequenceParams<E, P>, elements: Tensor, state: S) =>
        runToLast(params.decoder, elements, state),
    }),
    ...(forSteps && {
      forSteps: (params: SequenceToSequenceParams<E, P>) => ({ ...params, decoder: forSteps(params.decoder) }),
    }),
  };
}
