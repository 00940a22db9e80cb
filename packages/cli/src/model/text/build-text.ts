import {
  minGru,
  minLstm,
  preNorm,
  recurrentNet,
  residualNet,
  type SequenceNet,
  selectiveStateSpace,
  stackedNet,
  type TokenModel,
  tokenModel,
  waveNet,
} from '@genai/autoregressive';
import type { Tree } from '@genai/core';
import { gru, layerNorm, lstm, rnn } from '@genai/nn';
import type { Tensor } from '@tensorflow/tfjs-core';
import { expectSize } from '../expect-size.js';
import { buildDecoder } from './build-decoder.js';
import type { NetParts, TextParts } from './text-config.js';

export type BuiltText = TokenModel<Tree<Tensor>, Tree<Tensor>>;
type AnyNet = SequenceNet<Tree<Tensor>, Tree<Tensor>>;

/**
 * The model that a configuration describes, for so many tokens.
 *
 * @throws UsageError if it is larger than any that could be trained.
 */
export function buildText(parts: TextParts, vocabulary: number): BuiltText {
  if ('decoder' in parts || 'depth' in parts) return buildDecoder(parts, vocabulary) as unknown as BuiltText;
  const { layers, width, dropout, tied } = parts;
  expectSize([], { layers, parameters: 2 * vocabulary * width + layers * WEIGHTS[parts.net] * width ** 2 });
  return tokenModel({ vocabulary, net: netOf(parts), dropout, tied }) as unknown as BuiltText;
}

/** Weights of a layer beside the square of its width, at most. */
const WEIGHTS: { readonly [net in NetParts['net']]: number } = {
  ...{ lstm: 8, gru: 6, rnn: 2, 'min-gru': 2, 'min-lstm': 3, 'state-space': 7, 'wave-net': 8 },
};

function netOf({ net, layers, width, dropout }: NetParts): AnyNet {
  switch (net) {
    case 'lstm':
      return stacked(layers, dropout, () => untyped(recurrentNet(lstm(width, width))));
    case 'gru':
      return stacked(layers, dropout, () => untyped(recurrentNet(gru(width, width))));
    case 'rnn':
      return stacked(layers, dropout, () => untyped(recurrentNet(rnn(width, width))));
    case 'min-gru':
      return stacked(layers, dropout, () => untyped(residualNet(preNorm(layerNorm(width), minGru(width, width)))));
    case 'min-lstm':
      return stacked(layers, dropout, () => untyped(residualNet(preNorm(layerNorm(width), minLstm(width, width)))));
    case 'state-space':
      return stacked(layers, dropout, () =>
        untyped(residualNet(preNorm(layerNorm(width), selectiveStateSpace(width)))),
      );
    case 'wave-net':
      return untyped(waveNet({ inputs: width, width, skip: width, outputs: width, layers }));
  }
}

function stacked(layers: number, dropout: number, layer: () => AnyNet): AnyNet {
  return untyped(stackedNet(Array.from({ length: layers }, layer), { dropout }));
}

/** Forgets the types of parameters and state. Sound as long as a net is only given its own. */
function untyped<P, S>(net: SequenceNet<P, S>): AnyNet {
  return net as unknown as AnyNet;
}
