/** Trains a normalising flow on a density of the plane; the page sees only plain data. */
import { key, split } from '@genai/core';
import { draws } from '@genai/data';
import { type FlowView, flowViews, nll, rationalQuadraticMap, realNvp } from '@genai/flow';
import { owned, scope } from '@genai/tensor';
import { adam, ema, minimize } from '@genai/train';
import { mean, neg, tensor2d } from '@tensorflow/tfjs-core';
import { type Density, EXTENT, targetOf } from './common/density.js';
import { type Lab, serveLab } from './common/serve-lab.js';

export interface FlowOptions {
  readonly density: Density;
  readonly maps: 'spline' | 'affine';
}

/** What the page is shown. */
export interface FlowLook {
  readonly views: readonly FlowView[];
  /** −log p of fresh points that the flow has not seen, and the least that any model can have: nats. */
  readonly nats: number;
  readonly entropy: number;
}

const BATCH = 256;
const FRESH = 2_000;
const CELLS = 56;

function setup({ density, maps }: FlowOptions, seed: number) {
  const [order] = split(key(seed));
  const model =
    maps === 'spline'
      ? realNvp({
          features: 2,
          transforms: 4,
          hidden: [64, 64],
          map: rationalQuadraticMap({ bins: 12, bound: EXTENT }),
        })
      : realNvp({ features: 2, transforms: 8, hidden: [64, 64] });
  const now = { target: targetOf(density) };
  const data = draws(
    { shape: [2], sample: (k, count) => now.target.toy.sample(k, count) },
    { size: BATCH, key: order },
  );
  const step = ema(minimize(nll(model), adam(2e-3)), { decay: 0.98 }); // looked at is the average
  return { model, now, step, data };
}

type FlowLab = Lab<FlowOptions, ReturnType<typeof setup>>;

export const job = serveLab('flow', setup, {
  /** The plane after each map, with `count` draws, and how good the flow is. */
  look: async ({ parts: { model, now }, state, head, step }: FlowLab, count: number): Promise<FlowLook> => {
    const [eye, fresh] = split(key(head.seed + 1));
    const views = await flowViews(model, state.average, {
      extent: EXTENT,
      cells: CELLS,
      lines: 15,
      draws: { key: eye, count },
    });
    const points = now.target.toy.sample(split(fresh, 2)[step % 2]!, FRESH);
    using missed = owned(
      scope(() => ({ nats: neg(mean(model.given(state.average).logProb(tensor2d(points, [FRESH, 2])))) })),
    );
    return { views, nats: (await missed.nats.data())[0]!, entropy: now.target.toy.entropy };
  },
  /** Learns another density from here on. */
  density: (lab: FlowLab, density: Density): void => {
    lab.parts.now.target = targetOf(density);
    lab.head = { ...lab.head, options: { ...lab.head.options, density } };
  },
});
