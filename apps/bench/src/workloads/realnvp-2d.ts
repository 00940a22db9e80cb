import { standardNormal } from '@genai/distributions';
import { affineMap, coupling, flow, nll } from '@genai/flow';
import { mlp } from '@genai/nn';
import { adam } from '@genai/train';
import { tanh } from '@tensorflow/tfjs-core';
import { fixedBatches } from '../fixed-batches.js';
import { peerInit } from '../init-layers.js';
import { twoMoons } from '../two-moons.js';
import { descent, workload } from '../workload.js';

const COUPLINGS = 8;
const net = (inputs: number, outputs: number) =>
  mlp([inputs, 64, 64, outputs], { initializer: peerInit, lastInitializer: peerInit });
const map = affineMap({ logScale: tanh });

/** RealNVP on two moons: 8 affine couplings, scale bounded by tanh, halves in turn; Adam 1e-3. */
export const realnvp2d = workload({
  name: 'realnvp_2d',
  params: 35_344,
  batch: 512,
  warmup: 20,
  torchThreads: 1,
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
