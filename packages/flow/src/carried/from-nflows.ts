import { GenaiError } from '@genai/core';
import { relu, type Tensor, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { autoregressive } from '../autoregressive.js';
import { coupling } from '../coupling.js';
import { invert } from '../invert.js';
import { type AffineParams, affine } from '../linear/affine.js';
import { type LuLinearParams, luLinear } from '../linear/lu-linear.js';
import { permutation } from '../linear/permutation.js';
import { standardize } from '../linear/standardize.js';
import { sequence } from '../sequence.js';
import { anyMap, type CarriedConditionalFlow, type CarriedFlow, type CarriedMap, carriedFlow } from './carried-flow.js';
import { nflowsMap } from './nflows-maps.js';
import { type NflowsNet, nflowsNet, nflowsNetParams } from './nflows-net.js';
import { type HostLinear, readState, type StateDict, type StateReader } from './state-dict.js';

/** What the weights of a flow of nflows do not say. */
export interface FromNflowsOptions {
  /** Features of the context, as the maps see it (behind an embedding net); without, the flow has none. */
  readonly context?: number;
  /** `tail_bound` of its splines: 1 unless given, as there. */
  readonly bound?: number;
  /** What stands between the layers of the nets: ReLU unless given. */
  readonly activation?: (x: Tensor) => Tensor;
  /** `scale_activation` of its affine couplings: `sigmoid` unless given, as there; `softplus` for `GENERAL_SCALE_ACTIVATION`. */
  readonly scale?: 'sigmoid' | 'softplus';
}

/**
 * A flow of nflows with its weights: `MaskedAutoregressiveFlow`, `SimpleRealNVP`, and others made of masked autoregressive maps and
 * couplings by residual nets (affine, additive, rational-quadratic splines with linear tails), `LULinear`, `ActNorm`,
 * `BatchNorm`, `PointwiseAffineTransform`, permutations, and inverses of such. It scores and draws as there, and can be trained
 * on.
 *
 * In Python: `safetensors.torch.save_file(flow.state_dict(), 'flow.safetensors')`. Sizes, masks and the number of bins are read from
 * the weights; batches are normalised by the running averages. A map without weights, such as `Tanh`, leaves no trace in a
 * state_dict but the gap in the count of maps. The parameters are the caller's to free.
 *
 * @example
 * const { entries } = decodeSafetensors(await readFile('flow.safetensors')); // of @genai/checkpoint
 * const { flow, params } = fromNflows(entries, { bound: 3 });
 * using logs = owned(scope(() => flow.given(params).logProb(points)));
 * @throws GenaiError if a weight is missing, has another shape or belongs to nothing that is known here (batch norm within nets,
 *   embedding nets, other splines, maps of images), if a map of the row is missing, or if `context` is not what the nets see.
 * @source Durkan et al. 2020, "nflows: normalizing flows in PyTorch", version 0.14.
 */
export function fromNflows(state: StateDict, options?: FromNflowsOptions & { readonly context?: never }): CarriedFlow;
export function fromNflows(
  state: StateDict,
  options: FromNflowsOptions & { readonly context: number },
): CarriedConditionalFlow;
export function fromNflows(state: StateDict, options: FromNflowsOptions = {}): CarriedFlow | CarriedConditionalFlow {
  const reader = readState(WHERE, state);
  const maps = mapsOf(reader, '_transform', options);
  reader.ignore('_distribution._log_z');
  const learned = reader.has('_distribution.mean_');
  const base = learned && {
    loc: reader.numbers('_distribution.mean_').values,
    logScale: reader.numbers('_distribution.log_std_').values,
  };
  reader.expectAllRead();
  return carriedFlow(WHERE, maps, options.context, base || undefined);
}

const WHERE = 'fromNflows';

/** The maps that stand at a place of the state_dict, which may be several or one the other way round. */
function mapsOf(reader: StateReader, prefix: string, options: FromNflowsOptions): readonly CarriedMap[] {
  const places = reader.row(`${prefix}._transforms.`);
  if (places.length > 0) {
    return places.flatMap((place) => mapsOf(reader, `${prefix}._transforms.${place}`, options));
  }
  if (reader.has(`${prefix}._transform.`)) {
    const inner = mapsOf(reader, `${prefix}._transform`, options);
    return [...inner].reverse().map((one) => ({ ...one, map: invert(one.map) }));
  }
  const found = MAPS.find(([mark]) => reader.has(`${prefix}.${mark}`));
  if (found) return [found[1](reader, prefix, options)];
  throw new GenaiError(
    `${WHERE}: what stands at "${prefix}" is not known here. Build this flow of maps yourself, and load its weights into them.`,
  );
}

/** Maps by what only they have. */
const MAPS: readonly [
  mark: string,
  read: (reader: StateReader, prefix: string, options: FromNflowsOptions) => CarriedMap,
][] = [
  ['autoregressive_net.', autoregressiveOf],
  ['transform_net.', couplingOf],
  ['_permutation', permutationOf],
  ['lower_entries', luLinearOf],
  ['unconstrained_weight', batchNormOf],
  ['log_scale', actnormOf],
  ['_scale', pointwiseOf],
];

function autoregressiveOf(reader: StateReader, prefix: string, options: FromNflowsOptions): CarriedMap {
  const where = `${prefix}.autoregressive_net`;
  const { net, context } = netOf(reader, where);
  const features = net.initial.inputs;
  const { host, map } = ended(net, where, features, 'autoregressive', options);
  const layer = nflowsNet(host, context, 'adds', options.activation ?? relu);
  return anyMap(features, context, autoregressive({ features, context, map, net: () => layer }), () =>
    nflowsNetParams(host),
  );
}

function couplingOf(reader: StateReader, prefix: string, options: FromNflowsOptions): CarriedMap {
  const where = `${prefix}.transform_net`;
  const { net } = netOf(reader, where);
  const kept = new Set(reader.vector(`${prefix}.identity_features`));
  const moved = reader.vector(`${prefix}.transform_features`).length;
  const features = kept.size + moved;
  const passes = Array.from({ length: features }, (_, i) => kept.has(i));
  const context = net.initial.inputs - kept.size; // beside what passes
  const { host, map } = ended(net, where, moved, 'coupling', options);
  const layer = nflowsNet(host, context, 'gates', options.activation ?? relu);
  return anyMap(features, context, coupling({ features, context, passes, map, net: () => layer }), () =>
    nflowsNetParams(host),
  );
}

function netOf(reader: StateReader, prefix: string): { net: NflowsNet<HostLinear>; context: number } {
  if (!reader.has(`${prefix}.initial_layer.`)) {
    throw new GenaiError(
      `${WHERE}: "${prefix}" is neither a ResidualNet nor a masked net of nflows. Build this flow of maps yourself.`,
    );
  }
  const optional = (name: string): { readonly context?: HostLinear } =>
    reader.has(`${name}.context_layer.`) ? { context: reader.linear(`${name}.context_layer`) } : {};
  const blocks = reader.places(`${prefix}.blocks.`).map((place) => {
    const block = `${prefix}.blocks.${place}`;
    if (reader.has(`${block}.linear.`)) return { first: reader.linear(`${block}.linear`) };
    return {
      first: reader.linear(`${block}.linear_layers.0`),
      second: reader.linear(`${block}.linear_layers.1`),
      ...optional(block),
    };
  });
  for (const name of reader.names(prefix)) if (name.endsWith('.degrees')) reader.ignore(name);
  const net = {
    initial: reader.linear(`${prefix}.initial_layer`),
    ...optional(prefix),
    blocks,
    final: reader.linear(`${prefix}.final_layer`),
  };
  return { net, context: net.context?.inputs ?? 0 };
}

function ended(
  net: NflowsNet<HostLinear>,
  where: string,
  moved: number,
  kind: 'coupling' | 'autoregressive',
  { bound = 1, scale = 'sigmoid' }: FromNflowsOptions,
): { host: NflowsNet<HostLinear>; map: ReturnType<typeof nflowsMap>['map'] } {
  const { final } = net;
  const end = { where: `${WHERE}: "${where}"`, final, moved, units: final.inputs, kind, bound, scale };
  const { map, final: sorted } = nflowsMap(end);
  return { host: { ...net, final: sorted }, map };
}

function permutationOf(reader: StateReader, prefix: string): CarriedMap {
  const order = [...reader.vector(`${prefix}._permutation`)];
  return anyMap(order.length, 0, permutation(order), () => ({}));
}

/** y = L U x + b. */
function luLinearOf(reader: StateReader, prefix: string): CarriedMap {
  const bias = reader.vector(`${prefix}.bias`);
  const features = bias.length;
  const entries = (features * (features - 1)) / 2;
  const lower = reader.vector(`${prefix}.lower_entries`, entries).values();
  const upper = reader.vector(`${prefix}.upper_entries`, entries).values();
  const diagonal = reader.vector(`${prefix}.unconstrained_upper_diag`, features);
  const triangles = Float32Array.from({ length: features ** 2 }, (_, at) => {
    const [row, column] = [Math.floor(at / features), at % features];
    return row === column ? 0 : (row > column ? lower : upper).next().value!; // both row by row
  });
  return anyMap<[LuLinearParams, AffineParams]>(features, 0, sequence(luLinear(features), affine(features)), () => [
    {
      triangles: tensor2d(triangles, [features, features]),
      logDiagonal: tensor1d(diagonal.map((x) => Math.log(softplusOf(x) + 1e-3))),
    },
    { logScale: tensor1d(new Float32Array(features)), shift: tensor1d(bias) },
  ]);
}

function actnormOf(reader: StateReader, prefix: string): CarriedMap {
  reader.ignore(`${prefix}.initialized`);
  const logScale = reader.vector(`${prefix}.log_scale`);
  return affineOf(logScale, reader.vector(`${prefix}.shift`, logScale.length));
}

/** Normalised by running averages, as when it is not trained. */
function batchNormOf(reader: StateReader, prefix: string): CarriedMap {
  const epsilon = 1e-5;
  const raw = reader.vector(`${prefix}.unconstrained_weight`);
  const [mean, bias] = ['running_mean', 'bias'].map((name) => reader.vector(`${prefix}.${name}`, raw.length)) as [
    Float32Array,
    Float32Array,
  ];
  const variance = reader.positive(`${prefix}.running_var`, raw.length);
  const logScale = raw.map((x, i) => Math.log(softplusOf(x) + epsilon) - Math.log(variance[i]! + epsilon) / 2);
  return affineOf(
    logScale,
    bias.map((b, i) => b - mean[i]! * Math.exp(logScale[i]!)),
  );
}

function affineOf(logScale: Float32Array, shift: Float32Array): CarriedMap {
  const features = logScale.length;
  return anyMap(features, 0, affine(features), () => ({ logScale: tensor1d(logScale), shift: tensor1d(shift) }));
}

/** y = x · scale + shift with fixed numbers, of each feature or of all. */
function pointwiseOf(reader: StateReader, prefix: string): CarriedMap {
  const [scale, shift] = [reader.numbers(`${prefix}._scale`), reader.numbers(`${prefix}._shift`)];
  const features = Math.max(scale.shape[0] ?? 0, shift.shape[0] ?? 0);
  const at = (values: Float32Array, i: number): number => values[values.length === 1 ? 0 : i]!;
  const count = Math.max(scale.values.length, shift.values.length);
  const mean = Array.from({ length: count }, (_, i) => -at(shift.values, i) / at(scale.values, i));
  const deviation = Array.from({ length: count }, (_, i) => 1 / at(scale.values, i));
  const map = features > 0 ? standardize(mean, deviation) : standardize(mean[0]!, deviation[0]!);
  return anyMap(features, 0, map, () => ({}));
}

function softplusOf(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}
