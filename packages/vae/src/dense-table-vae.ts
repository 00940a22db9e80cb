import type { Model, NoParams } from '@genai/core';
import { gaussian, type Independent, type Normal, standardNormal } from '@genai/distributions';
import { type DenseParams, mlp } from '@genai/nn';
import { silu } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';
import { type TableDecoderParams, tableDecoder } from './table-decoder.js';
import { type TableLayout, tableWidth } from './table-layout.js';
import type { TableRow } from './table-row.js';

export interface DenseTableVaeOptions {
  /** What stands where in a row: that of the table's codec. */
  readonly layout: TableLayout;
  /** Sizes of the hidden layers, from the data inwards; the decoder has them in reverse. [128, 128] unless given. */
  readonly hidden?: readonly number[];
  /** Features of z; 8 unless given. */
  readonly latents?: number;
}

/** The three parts of a variational autoencoder for rows of a table. */
export interface TableVaeParts<E, D> {
  readonly encoder: Model<E, Independent<Normal>, Tensor>;
  readonly decoder: Model<D, TableRow, Tensor>;
  readonly prior: Model<NoParams, Independent<Normal>>;
}

/**
 * Parts made of dense layers with SiLU between, for rows of mixed columns as features (batch, features).
 *
 * @example
 * const model = vae(denseTableVae({ layout: codec.layout, latents: 4 }));
 * const rows = codec.decode(await model.given(params).sample(key(1), [500]).data());
 * @throws GenaiError if the layout is empty, or a size is not an integer of at least 1.
 * @source Xu et al. 2019, "Modeling tabular data using conditional GAN", section 4.5 (TVAE).
 */
export function denseTableVae({
  layout,
  hidden = [128, 128],
  latents = 8,
}: DenseTableVaeOptions): TableVaeParts<readonly DenseParams[], TableDecoderParams<readonly DenseParams[]>> {
  const features = tableWidth(layout);
  const decoder = tableDecoder(mlp([latents, ...hidden.toReversed(), features], { activation: silu }), { layout });
  return {
    encoder: gaussian(mlp([features, ...hidden, 2 * latents], { activation: silu })),
    decoder,
    prior: standardNormal(latents),
  };
}
