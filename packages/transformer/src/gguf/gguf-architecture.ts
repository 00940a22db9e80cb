import type { Fields } from '../hugging-face/fields.js';
import type { Place } from '../layouts/place.js';
import type { FullConfig, TransformerConfig } from '../transformer-config.js';
import type { GgufFields } from './gguf-field.js';

/** What a reader of a file's metadata needs to know of its tensors. */
export interface GgufSource {
  /** The metadata; names of the architecture's own begin with its name. */
  readonly fields: Fields;
  readonly has: (tensor: string) => boolean;
  /** Of `token_embd.weight`. */
  readonly vocabulary: number;
  /** Of `rope_freqs.weight`, if there is one: what the angles are divided by. */
  readonly slower: Float32Array | undefined;
}

/** One of llama.cpp's architectures: what it computes, and how that is written. */
export interface GgufArchitecture {
  /** `general.architecture`. */
  readonly name: string;
  /** Rotary pairs are neighbours in it; otherwise halves. */
  readonly interleaved: boolean;
  /** What a config has that it does not compute, each as a phrase. None: it computes just this config. */
  readonly lacks: (config: FullConfig) => readonly string[];
  readonly read: (source: GgufSource) => TransformerConfig;
  /** The fields of its own, without its name in front. */
  readonly write: (config: FullConfig) => GgufFields;
  readonly places: (config: FullConfig) => readonly GgufPlace[];
}

/** A place, or a tensor of zeros where the file must have one and the model has none. */
export type GgufPlace = Place & { readonly absent?: boolean };
