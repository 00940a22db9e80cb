import { type Key, split } from '@genai/core';
import { activation, conv2d, dense, groupNorm, sequential } from '@genai/nn';
import { attention, gather, normalNoise, scope, silu, uniformNoise } from '@genai/tensor';
import { adam } from '@genai/train';
import {
  add,
  cast,
  concat,
  cos,
  floor,
  mean,
  mul,
  split as parts,
  reshape,
  sin,
  square,
  sub,
  type Tensor,
  tensor1d,
  tensor2d,
} from '@tensorflow/tfjs-core';
import { fixedBatches, greyPixels } from '../fixed-batches.js';
import { initLayers, type ParamsOf, peerInit } from '../init-layers.js';
import { descent, workload } from '../workload.js';

const initializer = peerInit;
const TIMES = 1000;
const EMBEDDED = 128;
/** Sines and cosines of the time, each of so many frequencies. */
const FREQUENCIES = 16;

/** The parameters of a residual block; `skip` only where it changes the channels. */
const residualBlock = (inputs: number, outputs: number) => ({
  norm1: groupNorm(inputs, { groups: 8 }),
  conv1: conv2d(inputs, outputs, { initializer }),
  time: dense(EMBEDDED, outputs, { initializer }),
  norm2: groupNorm(outputs, { groups: 8 }),
  conv2: conv2d(outputs, outputs, { initializer }),
  ...(inputs === outputs ? {} : { skip: conv2d(inputs, outputs, { kernel: 1, initializer }) }),
});
const block = (inputs: number, outputs: number) => {
  const layers = residualBlock(inputs, outputs);
  return {
    init: (key: Key) => initLayers(layers, key),
    apply: (params: ParamsOf<typeof layers>, x: Tensor, time: Tensor): Tensor =>
      // A scope frees what no gradient needs.
      scope(() => {
        const shift = reshape(layers.time.apply(params.time, silu(time)), [x.shape[0]!, 1, 1, outputs]);
        const first = layers.conv1.apply(params.conv1, silu(layers.norm1.apply(params.norm1, x)));
        const hidden = silu(layers.norm2.apply(params.norm2, add(first, shift)));
        const skipped = layers.skip ? layers.skip.apply(params.skip!, x) : x;
        return add(skipped, layers.conv2.apply(params.conv2, hidden)); // (batch, height, width, outputs)
      }),
  };
};
const down = { strides: 2, padding: 1, initializer } as const;
const net = {
  time: sequential(
    dense(2 * FREQUENCIES, EMBEDDED, { initializer }),
    activation(silu),
    dense(EMBEDDED, EMBEDDED, { initializer }),
  ),
  input: conv2d(1, 32, { initializer }),
  down0: block(32, 32),
  halve0: conv2d(32, 32, down), // 28 → 14
  down1: block(32, 64),
  halve1: conv2d(64, 64, down), // 14 → 7
  down2: block(64, 128),
  middle1: block(128, 128),
  attentionNorm: groupNorm(128, { groups: 8 }),
  attentionInput: conv2d(128, 3 * 128, { kernel: 1, initializer }),
  attentionOutput: conv2d(128, 128, { kernel: 1, initializer }),
  middle2: block(128, 128),
  up2: block(256, 128),
  smooth1: conv2d(128, 128, { initializer }), // 14
  up1: block(192, 64),
  smooth0: conv2d(64, 64, { initializer }), // 28
  up0: block(96, 32),
  norm: groupNorm(32, { groups: 8 }),
  output: conv2d(32, 1, { initializer }),
};
type Params = ParamsOf<typeof net>;

/** DDPM with a UNet of 28 × 28 × 1 images, channels 32, 64, 128; mean squared error of the noise; Adam 2e-4. */
export const ddpmUnet = workload({
  name: 'ddpm_unet',
  params: 1_984_097,
  batch: 32,
  warmup: 3,
  setup: ({ batch, key }) => {
    const images = fixedBatches(4, key, (key) => greyPixels(key, [batch, 28, 28, 1], -1, 1));
    const levels = signalLevels();
    return descent(
      {
        init: (key) => initLayers(net, key),
        loss: (params: Params, x: Tensor, key) =>
          scope(() => {
            const [forTime, forNoise] = split(key);
            const time = floor(mul(uniformNoise(forTime, [batch]), TIMES)); // (batch)
            const noise = normalNoise(forNoise, x.shape);
            const scales = gather(levels, cast(time, 'int32')); // (batch, 2)
            const [signal, blur] = parts(reshape(scales, [batch, 1, 1, 2]), 2, 3) as [Tensor, Tensor];
            const noisy = add(mul(signal, x), mul(blur, noise)); // Ho et al. 2020, eq. 4
            return { loss: mean(square(sub(predictedNoise(params, noisy, time), noise))) }; // eq. 14
          }),
      },
      adam(2e-4),
      {
        batch: images.batch,
        dispose: () => {
          images.dispose();
          levels.dispose();
        },
      },
    );
  },
});

/** √ᾱ and √(1 − ᾱ) at each time, (1000, 2), for β from 1e-4 to 0.02. */
function signalLevels(): Tensor {
  let product = 1;
  const rows = Float32Array.from({ length: 2 * TIMES }, (_, i) => {
    if (i % 2 === 0) product *= 1 - (1e-4 + ((0.02 - 1e-4) * (i / 2)) / (TIMES - 1));
    return Math.sqrt(i % 2 === 0 ? product : 1 - product);
  });
  return tensor2d(rows, [TIMES, 2]);
}

/** x: (batch, 28, 28, 1), time: (batch). */
function predictedNoise(params: Params, x: Tensor, time: Tensor): Tensor {
  const t = net.time.apply(params.time, sinusoids(time)); // (batch, 128)
  const h0 = net.down0.apply(params.down0, net.input.apply(params.input, x), t);
  const h1 = net.down1.apply(params.down1, net.halve0.apply(params.halve0, h0), t);
  const h2 = net.down2.apply(params.down2, net.halve1.apply(params.halve1, h1), t);
  const mixed = attended(params, net.middle1.apply(params.middle1, h2, t));
  let h = net.middle2.apply(params.middle2, mixed, t); // (batch, 7, 7, 128)
  h = net.up2.apply(params.up2, concat([h, h2], 3), t);
  h = net.smooth1.apply(params.smooth1, doubled(h));
  h = net.up1.apply(params.up1, concat([h, h1], 3), t);
  h = net.smooth0.apply(params.smooth0, doubled(h));
  h = net.up0.apply(params.up0, concat([h, h0], 3), t);
  return net.output.apply(params.output, silu(net.norm.apply(params.norm, h)));
}

/** Sines, then cosines, (batch, 32). */
function sinusoids(time: Tensor): Tensor {
  const frequencies = Float32Array.from({ length: FREQUENCIES }, (_, i) =>
    Math.exp((-Math.log(10_000) * i) / FREQUENCIES),
  );
  const angles = mul(reshape(time, [time.size, 1]), tensor1d(frequencies));
  return concat([sin(angles), cos(angles)], 1);
}

/** Attention over all places with one head, added to its input. */
function attended(params: Params, x: Tensor): Tensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const projected = net.attentionInput.apply(params.attentionInput, net.attentionNorm.apply(params.attentionNorm, x));
  const [q, k, v] = parts(reshape(projected, [batch, 1, height * width, 3 * channels]), 3, 3) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  const mixed = reshape(attention(q, k, v), x.shape);
  return add(x, net.attentionOutput.apply(params.attentionOutput, mixed));
}

/** Each pixel four times: (batch, height, width, channels) → (batch, 2 · height, 2 · width, channels). */
function doubled(x: Tensor): Tensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const across = reshape(concat([x, x], 3), [batch * height, 2 * width * channels]);
  return reshape(concat([across, across], 1), [batch, 2 * height, 2 * width, channels]);
}
