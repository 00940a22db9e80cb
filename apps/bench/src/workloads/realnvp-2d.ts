import { type Key, split } from '@genai/core';
import { type DenseParams, mlp } from '@genai/nn';
import { scope } from '@genai/tensor';
import { adam } from '@genai/train';
import { add, exp, mean, mul, split as parts, square, sub, type Tensor, tanh } from '@tensorflow/tfjs-core';
import { fixedBatches } from '../fixed-batches.js';
import { peerInit } from '../init-layers.js';
import { twoMoons } from '../two-moons.js';
import { descent, workload } from '../workload.js';

const COUPLINGS = 8;
const net = mlp([1, 64, 64, 2], { initializer: peerInit, lastInitializer: peerInit });

/** RealNVP on two moons: 8 affine couplings, scale bounded by tanh, halves swapped after each; Adam 1e-3. */
export const realnvp2d = workload({
  name: 'realnvp_2d',
  params: 35_344,
  batch: 512,
  warmup: 20,
  torchThreads: 1,
  setup: ({ batch, key }) =>
    descent(
      {
        init: (key: Key): (readonly DenseParams[])[] => scope(() => split(key, COUPLINGS).map((key) => net.init(key))),
        loss: (params, x: Tensor) => scope(() => ({ loss: meanSurprise(params, x) })),
      },
      adam(1e-3),
      fixedBatches(20, key, (key) => twoMoons(key, batch)),
    ),
});

/** −mean log p(x), x: (batch, 2). Dinh et al. 2017, "Density estimation using Real NVP", eq. 3, 6 and 7. */
function meanSurprise(params: readonly (readonly DenseParams[])[], x: Tensor): Tensor {
  let [a, b] = parts(x, 2, 1) as [Tensor, Tensor]; // (batch, 1) each
  const logScales: Tensor[] = [];
  for (const coupling of params) {
    const [raw, shift] = parts(net.apply(coupling, a), 2, 1) as [Tensor, Tensor];
    const logScale = tanh(raw);
    [a, b] = [add(mul(b, exp(logScale)), shift), a];
    logScales.push(logScale);
  }
  const logDet = logScales.reduce((sum, logScale) => add(sum, logScale)); // (batch, 1)
  const energy = mul(add(square(a), square(b)), 0.5);
  return add(mean(sub(energy, logDet)), Math.log(2 * Math.PI));
}
