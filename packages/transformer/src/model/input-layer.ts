import type { Key } from '@genai/core';
import { type EmbeddingParams, embedding, type QuantisedParams, truncatedNormal } from '@genai/nn';
import { dropElements } from '@genai/tensor';
import { add, minimum, mul, range, reshape, scalar, slice, type Tensor } from '@tensorflow/tfjs-core';
import { quantisedRows } from '../quantised/quantised-table.js';
import type { FullConfig } from '../transformer-config.js';

/** What makes vectors of tokens, and tells where they stand. */
export interface InputLayer {
  /** The table of tokens, (vocabulary, width). */
  readonly initTable: (key: Key) => EmbeddingParams;
  /** The table of learnt positions, (context, width), if the config has them. */
  readonly initPlaces?: (key: Key) => EmbeddingParams;
  /** Tokens (batch, time) → (batch, time, width) */
  readonly embedded: (table: EmbeddingParams | QuantisedParams, tokens: Tensor) => Tensor;
  /**
   * Vectors (batch, time, width) with what learnt positions add to them: positions that begin at `behind`, a number or (batch) of int32,
   * or are those of (batch, time). With a `key`, dropout acts.
   */
  readonly placed: (places: EmbeddingParams | undefined, vectors: Tensor, behind: Tensor | number, key?: Key) => Tensor;
}

/** The input layer of a config. */
export function inputLayer(config: FullConfig): InputLayer {
  const { vocabulary, width, context, positions, embeddingScale, dropout } = config;
  const small = truncatedNormal(0.02);
  const table = embedding(vocabulary, width, { initializer: small });
  const learnt = positions.kind === 'learned' ? embedding(context, width, { initializer: small }) : undefined;
  /** Rows of the positions, broadcasting to (batch, time, width). */
  const rowsOf = (places: EmbeddingParams, time: number, behind: Tensor | number): Tensor => {
    if (typeof behind === 'number') return reshape(slice(places.table, [behind, 0], [time, width]), [1, time, width]);
    const indices = behind.rank === 2 ? behind : add(reshape(behind, [-1, 1]), range(0, time, 1, 'int32')); // (batch, time)
    // Rows that have ended may be moved along beyond.
    return learnt!.apply(places, minimum(indices, scalar(context - 1, 'int32')));
  };
  return {
    initTable: table.init,
    ...(learnt && { initPlaces: learnt.init }),
    embedded: (params, tokens) => {
      const vectors = 'codes' in params ? quantisedRows(params, tokens) : table.apply(params, tokens);
      return embeddingScale === 1 ? vectors : mul(vectors, embeddingScale);
    },
    placed: (places, vectors, behind, key) => {
      const x = learnt && places ? add(vectors, rowsOf(places, vectors.shape[1]!, behind)) : vectors;
      return key && dropout > 0 ? dropElements(x, key, dropout) : x;
    },
  };
}
