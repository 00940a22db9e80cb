import { type Distribution, GenaiError, type Model, type NoParams, type Tree } from '@genai/core';
import { standardNormal } from '@genai/distributions';
import { scope } from '@genai/tensor';
import { type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import { diagonalNormalBase } from '../bases/diagonal-normal-base.js';
import type { Bijector } from '../bijector.js';
import { type ConditionalFlow, type ConditionalFlowParams, conditionalFlow } from '../conditional-flow.js';
import { type Flow, type FlowParams, flow } from '../flow.js';

/** A flow of another library: the same maps here, and parameters of the caller's to go with them. */
export interface Carried<F, P> {
  readonly flow: F;
  readonly params: P;
}

/** Without a context. */
export type CarriedFlow = Carried<Flow<CarriedFlowParams>, CarriedFlowParams>;
export type CarriedFlowParams = FlowParams<readonly Tree<Tensor>[], Tree<Tensor>>;

/** With one. */
export type CarriedConditionalFlow = Carried<
  ConditionalFlow<CarriedConditionalFlowParams>,
  CarriedConditionalFlowParams
>;
export type CarriedConditionalFlowParams = ConditionalFlowParams<readonly Tree<Tensor>[], Tree<Tensor>, NoParams>;

/** One map, what it is over, and its parameters when tensors may be made. */
export interface CarriedMap {
  /** 0 if any number. */
  readonly features: number;
  /** Features of the context that it sees; 0 if none. */
  readonly context: number;
  readonly map: Bijector<Tree<Tensor>>;
  readonly params: () => Tree<Tensor>;
}

/** A map whose parameters are a tree of tensors, among others of which only that is known. */
export function anyMap<P extends Tree<Tensor>>(
  features: number,
  context: number,
  map: Bijector<P>,
  params: () => P,
): CarriedMap {
  return { features, context, map: map as unknown as Bijector<Tree<Tensor>>, params };
}

/** Means and deviations of a normal base, (features) each. */
export interface CarriedBase {
  readonly loc: Float32Array;
  readonly logScale: Float32Array;
}

/** The flow of these maps before N(0, I), or the normal distribution given. */
export function carriedFlow(
  where: string,
  maps: readonly CarriedMap[],
  context: number | undefined,
  normal?: CarriedBase,
): CarriedFlow | CarriedConditionalFlow {
  const features = maps.find((map) => map.features > 0)?.features;
  if (!features) throw new GenaiError(`${where}: no map was found. Pass the state_dict of a flow.`);
  const other = maps.find((map) => map.features > 0 && map.features !== features);
  if (other) throw new GenaiError(`${where}: one map is over ${features} features, another over ${other.features}.`);
  const sees = maps.find((map) => map.context > 0 && map.context !== context);
  if (sees) {
    throw new GenaiError(
      `${where}: its nets see a context of ${sees.context} features. Pass { context: ${sees.context} }.`,
    );
  }
  if (context !== undefined && !maps.some((map) => map.context > 0)) {
    throw new GenaiError(`${where}: none of its maps sees a context. Leave out { context: ${context} }.`);
  }
  const transforms = maps.map(({ map }) => map);
  const base = (normal ? diagonalNormalBase(features) : standardNormal(features)) as unknown as Base;
  const params = scope(() => ({
    transforms: maps.map((map) => map.params()),
    base: normal ? { loc: tensor1d(normal.loc), logScale: tensor1d(normal.logScale) } : {},
    embed: {},
  }));
  return context === undefined
    ? { flow: flow<readonly Tree<Tensor>[], Tree<Tensor>>({ transforms, base }), params: withoutEmbed(params) }
    : { flow: conditionalFlow<readonly Tree<Tensor>[], Tree<Tensor>>({ transforms, base }), params };
}

type Base = Model<Tree<Tensor>, Distribution<Tensor>>;

function withoutEmbed({ transforms, base }: CarriedConditionalFlowParams): CarriedFlowParams {
  return { transforms, base };
}
