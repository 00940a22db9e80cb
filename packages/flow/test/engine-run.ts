import { disposeTree, key, mapTrees, type Objective, split, type Tree } from '@genai/core';
import { gaussian, standardNormal } from '@genai/distributions';
import { mlp } from '@genai/nn';
import { normalNoise, owned, scope, uniformNoise, valueAndGrad } from '@genai/tensor';
import type { EngineRun } from '@genai/testing/compare-engines';
import { floor, mul, scalar, sub, type Tensor, tanh } from '@tensorflow/tfjs-core';
import {
  boundNll,
  conditionalNll,
  continuousFlow,
  dequantized,
  fixedSteps,
  flow,
  glow,
  type InContext,
  maf,
  midpoint,
  nll,
  nsf,
  pointFlow,
  pointNet,
  splineImageFlow,
  splinePoints,
  squareNoise,
  startedFrom,
} from '../src/index.js';

/** Steps of training on the engine that is current, and what is then drawn. */
export const RUNS: { readonly [name: string]: () => Promise<EngineRun> } = {
  'a neural spline flow': async () => {
    const model = nsf({ features: 2, transforms: 2, bins: 4, hidden: [8] });
    using data = owned({ x: normalNoise(key(9), [8, 2]) });
    return await descent(nll(model), data.x, (params) => model.given(params).sample(key(2), [3]));
  },
  'a conditional autoregressive flow': async () => {
    const model = maf({ features: 3, context: 2, transforms: 2, hidden: [8] });
    using data = owned({ x: normalNoise(key(9), [8, 3]), context: normalNoise(key(8), [8, 2]) });
    const batch: InContext = { x: data.x, context: data.context };
    return await descent(conditionalNll(model), batch, (params) =>
      model.given(params, data.context).sample(key(2), [1]),
    );
  },
  'Glow of dequantised pictures, started from data': async () => {
    const shape = [4, 4, 1] as const;
    using first = owned({ x: uniformNoise(key(9), [4, ...shape]) });
    const layers = glow({ shape, levels: 2, steps: 1, hidden: 4, key: key(5) });
    const model = dequantized(startedFrom(flow({ transforms: [layers], base: standardNormal(16) }), first.x), {
      levels: 8,
    });
    using data = owned({ x: scope(() => floor(mul(first.x, 8))) });
    return await descent(boundNll(model), data.x, (params) => model.given(params).sample(key(2), [1]));
  },
  'a continuous flow': async () => {
    const model = flow({
      transforms: [
        continuousFlow({
          features: 2,
          net: (inputs, outputs) => mlp([inputs, 8, outputs], { activation: tanh }),
          solver: fixedSteps({ method: midpoint, steps: 2 }),
        }),
      ],
      base: standardNormal(2),
    });
    using data = owned({ x: normalNoise(key(9), [4, 2]) });
    return await descent(nll(model), data.x, (params) => model.given(params).sample(key(2), [3]));
  },
  'spline couplings of dequantised pictures, with noise that is learned': async () => {
    const shape = [4, 4, 1] as const;
    const pictures = splineImageFlow({ shape, couplings: [1, 1], bins: 4, hidden: 4, layers: 1 });
    const model = dequantized(pictures, { levels: 8, noise: squareNoise({ shape, count: 1, hidden: 4 }) });
    using data = owned({ x: scope(() => floor(mul(uniformNoise(key(9), [4, ...shape]), 8))) });
    return await descent(boundNll(model), data.x, (params) => model.given(params).sample(key(2), [1]));
  },
  'clouds of points': async () => {
    const model = pointFlow({
      encoder: gaussian(pointNet({ outputs: 2 * 2, each: [8], whole: [8] })),
      prior: nsf({ features: 2, transforms: 1, bins: 4, hidden: [8], passes: 2 }),
      points: splinePoints({ context: 2, transforms: 2, hidden: [8] }),
      count: 5,
    });
    using data = owned({ x: normalNoise(key(9), [3, 6, 3]) });
    return await descent(boundNll(model), data.x, (params) => model.given(params).sample(key(2), [1]));
  },
};

async function descent<P extends Tree<Tensor>, B>(
  objective: Objective<Tensor, P, B>,
  batch: B,
  draw: (params: P) => Tensor,
): Promise<EngineRun> {
  const losses: number[] = [];
  let params = objective.init(key(0));
  for (const k of split(key(1), 3)) {
    const { loss, next } = scope(() => {
      const { values, grad } = valueAndGrad((p) => objective.loss(p, batch, k, scalar(0)), params);
      return { loss: values.loss, next: mapTrees<Tensor, P>((p, g) => sub(p!, mul(g!, 0.02)), params, grad) };
    });
    disposeTree(params);
    params = next;
    losses.push((await loss.data())[0]!);
    loss.dispose();
  }
  const drawn = scope(() => draw(params));
  const samples = Array.from(await drawn.data());
  drawn.dispose();
  disposeTree(params);
  return { losses, samples };
}
