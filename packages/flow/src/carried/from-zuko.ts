import { GenaiError } from '@genai/core';
import { elu } from '@genai/tensor';
import { relu, type Tensor } from '@tensorflow/tfjs-core';
import { autoregressive } from '../autoregressive.js';
import { continuousFlow } from '../continuous/continuous-flow.js';
import { timeFrequencies } from '../continuous/time-frequencies.js';
import { coupling } from '../coupling.js';
import type { Solver } from '../ode/field.js';
import { affineMap } from '../scalar/affine-map.js';
import { rationalQuadraticMap } from '../scalar/rational-quadratic-map.js';
import type { ScalarMap } from '../scalar-map.js';
import { anyMap, type CarriedConditionalFlow, type CarriedFlow, type CarriedMap, carriedFlow } from './carried-flow.js';
import { carriedMlp, carriedParams } from './carried-layer.js';
import { type HostLinear, readState, type StateDict, type StateReader } from './state-dict.js';

/** What the weights of a flow of zuko do not say. */
export interface FromZukoOptions {
  /** Features of the context; without, the flow has none. */
  readonly context?: number;
  /** What stands between the layers of the nets: ReLU unless given, ELU in a continuous flow. */
  readonly activation?: (x: Tensor) => Tensor;
  /** How a continuous flow is followed: as {@link continuousFlow} does unless given. */
  readonly solver?: Solver;
}

/**
 * A flow of zuko with its weights: `MAF`, `NSF`, `NICE`, `RealNVP` or `CNF`, and others made of `MaskedAutoregressiveTransform`
 * and `GeneralCouplingTransform` with affine maps or splines. It scores and draws as there, and can be trained on.
 *
 * In Python: `safetensors.torch.save_file(flow.state_dict(), 'flow.safetensors')`. Sizes, orders and masks are read from the
 * weights. The parameters are the caller's to free.
 *
 * @example
 * const { entries } = decodeSafetensors(await readFile('flow.safetensors')); // of @genai/checkpoint
 * const { flow, params } = fromZuko(entries);
 * using logs = owned(scope(() => flow.given(params).logProb(points)));
 * @throws GenaiError if a weight is missing, has another shape or belongs to nothing that is known here (residual or normalised
 *   nets, orders by an adjacency, circular splines, other bases), or if `context` is not what the nets see.
 * @source Rozet et al. 2022, "Zuko: Normalizing flows in PyTorch", version 1.6.
 */
export function fromZuko(state: StateDict, options?: FromZukoOptions & { readonly context?: never }): CarriedFlow;
export function fromZuko(
  state: StateDict,
  options: FromZukoOptions & { readonly context: number },
): CarriedConditionalFlow;
export function fromZuko(state: StateDict, options: FromZukoOptions = {}): CarriedFlow | CarriedConditionalFlow {
  const reader = readState(WHERE, state);
  const listed = reader.row('transform.transforms.');
  const prefixes = listed.length > 0 ? listed.map((place) => `transform.transforms.${place}`) : ['transform'];
  const maps = prefixes.map((prefix) => mapOf(reader, prefix, options));
  const base = {
    loc: reader.vector('base.loc', maps[0]!.features),
    logScale: reader.positive('base.scale', maps[0]!.features).map(Math.log),
  };
  reader.expectAllRead();
  const standard = base.loc.every((x) => x === 0) && base.logScale.every((x) => x === 0);
  return carriedFlow(WHERE, maps, options.context, standard ? undefined : base);
}

const WHERE = 'fromZuko';

function mapOf(reader: StateReader, prefix: string, options: FromZukoOptions): CarriedMap {
  if (reader.has(`${prefix}.ode.`)) return continuousOf(reader, prefix, options);
  const layers = mlpOf(reader, `${prefix}.hyper`);
  const net = carriedMlp(layers, options.activation ?? relu);
  const params = () => layers.map(carriedParams);
  const [inputs, outputs] = [layers[0]!.inputs, layers.at(-1)!.outputs];
  if (reader.has(`${prefix}.mask`)) {
    const passes = [...reader.vector(`${prefix}.mask`)].map((kept) => kept !== 0);
    const kept = passes.filter(Boolean).length;
    const context = inputs - kept;
    const map = scalarMapOf(prefix, outputs / (passes.length - kept));
    return anyMap(
      passes.length,
      context,
      coupling({ features: passes.length, context, passes, map, net: () => net }),
      params,
    );
  }
  if (!reader.has(`${prefix}.order`)) {
    throw new GenaiError(`${WHERE}: "${prefix}" has neither an order nor a mask: that map is not known here.`);
  }
  const groups = reader.vector(`${prefix}.order`); // of features that do not see each other
  const features = groups.length;
  const context = inputs - features;
  const map = scalarMapOf(prefix, outputs / features);
  const passes = Math.max(...groups) + 1;
  const layer = autoregressive({ features, context, order: placesOf(groups), passes, map, net: () => net });
  return anyMap(features, context, layer, params);
}

function continuousOf(reader: StateReader, prefix: string, options: FromZukoOptions): CarriedMap {
  const layers = mlpOf(reader, `${prefix}.ode`);
  const frequencies = reader.vector(`${prefix}.freqs`).length; // π, 2π, …
  const [from, to] = reader.vector(`${prefix}.times`, 2);
  if (from !== 0 || to !== 1) throw new GenaiError(`${WHERE}: "${prefix}.times" is [${from}, ${to}], expected [0, 1].`);
  const features = layers.at(-1)!.outputs;
  const context = layers[0]!.inputs - features - 2 * frequencies;
  const map = continuousFlow({
    features,
    context,
    time: timeFrequencies(frequencies),
    net: () => carriedMlp(layers, options.activation ?? elu),
    ...(options.solver && { solver: options.solver }),
  });
  return anyMap(features, context, map, () => layers.map(carriedParams));
}

/** Layers with an activation between each two: nn.Sequential counts those too. */
function mlpOf(reader: StateReader, prefix: string): readonly HostLinear[] {
  const places = reader.places(`${prefix}.`);
  if (places.length === 0) throw new GenaiError(`${WHERE}: "${prefix}" has no layers: that map is not known here.`);
  if (places.some((place, i) => place !== 2 * i)) {
    throw new GenaiError(
      `${WHERE}: "${prefix}" has layers at ${places.join(', ')}, expected 0, 2, 4, …, with functions between.`,
    );
  }
  return places.map((place) => reader.linear(`${prefix}.${place}`));
}

function scalarMapOf(prefix: string, parameters: number): ScalarMap {
  if (parameters === 2) return affineMap();
  if (parameters > 2 && Number.isInteger((parameters + 1) / 3))
    return rationalQuadraticMap({ bins: (parameters + 1) / 3 });
  throw new GenaiError(
    `${WHERE}: the net of "${prefix}" makes ${parameters} parameters a feature, expected 2 of affine maps or 3 · bins − 1 of splines.`,
  );
}

/** Places in a row from those of groups. */
function placesOf(groups: Float32Array): readonly number[] {
  const sorted = [...groups.keys()].sort((a, b) => groups[a]! - groups[b]! || a - b);
  const places = new Array<number>(groups.length);
  for (const [place, feature] of sorted.entries()) places[feature] = place;
  return places;
}
