import { standardNormal } from '@genai/distributions';
import { coupling, flow, nll, rationalQuadraticMap } from '@genai/flow';
import { mlp } from '@genai/nn';
import { softplus } from '@genai/tensor';
import { adam } from '@genai/train';
import { add, mul, softmax } from '@tensorflow/tfjs-core';
import { fixedBatches } from '../fixed-batches.js';
import { peerInit } from '../init-layers.js';
import { twoMoons } from '../two-moons.js';
import { descent, workload } from '../workload.js';

const COUPLINGS = 4;
const BINS = 8;
/** No width, height or slope is smaller. */
const LEAST = 1e-3;
const net = (inputs: number, outputs: number) =>
  mlp([inputs, 64, 64, outputs], { initializer: peerInit, lastInitializer: peerInit });
/** With the paper's own knots, as the peer has them. */
const map = rationalQuadraticMap({
  bins: BINS,
  bound: 3,
  shares: (raw) => add(mul(softmax(raw), 1 - LEAST * BINS), LEAST),
  slopes: (raw) => add(softplus(raw), LEAST),
});

/** Neural spline flow on two moons: 4 rational-quadratic couplings of 8 bins, linear beyond ±3; Adam 1e-3. */
export const nsf2d = workload({
  name: 'nsf_2d',
  params: 23_132,
  batch: 512,
  warmup: 20,
  setup: ({ batch, key }) => {
    const transforms = Array.from({ length: COUPLINGS }, (_, i) =>
      coupling({ features: 2, passes: i % 2 ? 'second' : 'first', map, net }),
    );
    const model = flow({ transforms, base: standardNormal(2) });
    return descent(
      nll(model),
      adam(1e-3),
      fixedBatches(20, key, (key) => twoMoons(key, batch)),
    );
  },
});
