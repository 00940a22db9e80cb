import type { Place } from '../layouts/place.js';
import type { FullConfig, TransformerConfig } from '../transformer-config.js';
import type { Fields } from './fields.js';

/** A kind of checkpoint of Hugging Face's `transformers`. */
export interface Architecture {
  /** The class that loads it, such as `LlamaForCausalLM`. */
  readonly name: string;
  /** `model_type` of its config. */
  readonly modelType: string;
  /** What the names of all tensors but the last layer's begin with, unless the file is of the model without its last layer. */
  readonly prefix: string;
  readonly read: (config: Fields) => TransformerConfig;
  /** The fields of a config, beside those that all have. Reading them gives the same config again, unless it is none of this kind. */
  readonly write: (config: FullConfig) => { readonly [field: string]: unknown };
  /** The places of its tensors, their names without the prefix. */
  readonly places: (config: FullConfig) => readonly Place[];
}

/** Sizes that a config may claim, against those that would fill the memory before the first tensor is looked at. */
export const MOST: { readonly layers: number; readonly heads: number; readonly headWidth: number } = {
  layers: 4_096,
  heads: 65_536,
  headWidth: 65_536,
};
