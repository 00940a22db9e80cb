import { GenaiError } from '@genai/core';
import { add, log, minimum, mul, sigmoid, softmax, softplus, type Tensor } from '@tensorflow/tfjs-core';
import { affineMap } from '../scalar/affine-map.js';
import { rationalQuadraticMap } from '../scalar/rational-quadratic-map.js';
import { shiftMap } from '../scalar/shift-map.js';
import type { ScalarMap } from '../scalar-map.js';
import type { HostLinear } from './state-dict.js';

/** A map of the line, and the last layer with its outputs in the order and scale of ours. */
export interface NflowsMap {
  readonly map: ScalarMap;
  readonly final: HostLinear;
}

/** What a net of nflows ends in. */
export interface NflowsEnd {
  readonly where: string;
  readonly final: HostLinear;
  /** How many features are moved. */
  readonly moved: number;
  /** Units of the layer before; the raw bins of couplings are divided by its root. */
  readonly units: number;
  readonly kind: 'coupling' | 'autoregressive';
  readonly bound: number;
  /** Scales of affine couplings. */
  readonly scale: 'sigmoid' | 'softplus';
}

/** Which map it is follows from how many parameters a feature has: 1 additive, 2 affine, 3 · bins − 1 a spline with linear tails. */
export function nflowsMap(end: NflowsEnd): NflowsMap {
  const { where, final, moved, units, kind, bound } = end;
  const parameters = final.outputs / moved;
  if (parameters === 1) return { map: shiftMap(), final };
  if (parameters === 2) {
    // There a scale and a shift, of each feature in autoregressive maps; all shifts and then all scales in couplings.
    const order = Array.from({ length: moved }, (_, i) =>
      kind === 'coupling' ? [i, moved + i] : [2 * i + 1, 2 * i],
    ).flat();
    const logScale = kind === 'autoregressive' ? ofSoftplus : end.scale === 'sigmoid' ? ofSigmoid : ofClamped;
    return { map: affineMap({ logScale }), final: columns(final, order) };
  }
  const bins = (parameters + 1) / 3;
  if (!Number.isInteger(bins)) {
    throw new GenaiError(
      `${where} makes ${parameters} parameters a feature, expected 1 or 2 of affine maps, or 3 · bins − 1 of rational-quadratic ` +
        'splines with linear tails. Other splines are not known here.',
    );
  }
  const least = 1e-3;
  const map = rationalQuadraticMap({
    bins,
    bound,
    shares: (raw) => add(mul(softmax(raw), 1 - least * bins), least),
    slopes: (raw) => add(softplus(raw), least),
  });
  const root = kind === 'coupling' ? Math.sqrt(units) : 1;
  const inOrder = Array.from({ length: final.outputs }, (_, i) => i);
  return { map, final: columns(final, inOrder, (i) => (i % parameters < 2 * bins ? 1 / root : 1)) };
}

const LEAST_SCALE = 1e-3;
const ofSoftplus = (raw: Tensor): Tensor => log(add(softplus(raw), LEAST_SCALE));
const ofClamped = (raw: Tensor): Tensor => minimum(ofSoftplus(raw), Math.log(3));
const ofSigmoid = (raw: Tensor): Tensor => log(add(sigmoid(add(raw, 2)), LEAST_SCALE));

/** The layer with output i made of output `order[i]`, times a factor. */
function columns(layer: HostLinear, order: readonly number[], factor: (i: number) => number = () => 1): HostLinear {
  const { inputs, outputs, mask } = layer;
  const pick = (from: Float32Array, scaled: boolean): Float32Array =>
    Float32Array.from(from, (_, at) => {
      const i = at % outputs;
      return from[at - i + order[i]!]! * (scaled ? factor(i) : 1);
    });
  return {
    inputs,
    outputs,
    weight: pick(layer.weight, true),
    bias: pick(layer.bias, true),
    ...(mask && { mask: pick(mask, false) }),
  };
}
