import type { NoParams, Tree } from '@genai/core';
import { standardNormal } from '@genai/distributions';
import type { DenseParams } from '@genai/nn';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Bijector } from '../bijector.js';
import { type ConditionalFlow, type ConditionalFlowParams, conditionalFlow } from '../conditional-flow.js';
import { type Flow, type FlowParams, flow } from '../flow.js';

/** The parameters of a flow of vectors with a net in each map. */
export type VectorFlowParams<P = readonly DenseParams[]> = FlowParams<readonly P[], NoParams>;

/** The same of a conditional flow. */
export type VectorConditionalFlowParams<P = readonly DenseParams[]> = ConditionalFlowParams<
  readonly P[],
  NoParams,
  NoParams
>;

/** What the flows of vectors have in common. */
export interface VectorFlowOptions {
  readonly features: number;
  /** Features of the context; without, the flow has none. */
  readonly context?: number;
  /** How many maps stand one after another: 3 unless given. */
  readonly transforms?: number;
  /** Sizes of the hidden layers of each map's net: [64, 64] unless given. */
  readonly hidden?: readonly number[];
  /** What stands between them: ReLU unless given. */
  readonly activation?: (x: Tensor) => Tensor;
}

/** Those with a context. */
export type InContextOptions<O> = O & { readonly context: number };

/** Those without. */
export type WithoutContext<O> = O & { readonly context?: never };

/** Maps of vectors before N(0, I), with or without a context. */
export function stacked<P extends Tree<Tensor>>(
  { features, context, transforms = 3 }: VectorFlowOptions,
  layer: (i: number) => Bijector<P>,
): Flow<VectorFlowParams<P>> | ConditionalFlow<VectorConditionalFlowParams<P>> {
  const maps: readonly Bijector<P>[] = Array.from({ length: transforms }, (_, i) => layer(i));
  const base = standardNormal(features);
  return context === undefined
    ? flow<readonly P[], NoParams>({ transforms: maps, base })
    : conditionalFlow<readonly P[], NoParams>({ transforms: maps, base });
}
