import { useBackend } from '@genai/backend';
import { key, split } from '@genai/core';
import { binary, gaussian, standardNormal } from '@genai/distributions';
import { mlp } from '@genai/nn';
import { normalNoise, owned, scope } from '@genai/tensor';
import { vae } from '@genai/vae';
import { add, mul } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { codeAt, placeOf } from '../lab/vae/latent-plane.js';
import { decodePlainly } from '../lab/vae/plain-decoder.js';

test.each([2, 16])('parity: the page decodes a code as the model does, with %i latents', async (latents) => {
  await useBackend('simd', { threads: 1 });
  const model = vae({
    encoder: gaussian(mlp([784, 8, 2 * latents])),
    decoder: binary(mlp([latents, 128, 256, 784])),
    prior: standardNormal(latents),
  });
  const [first, second, third] = split(key(3), 3);
  using made = owned(
    scope(() => {
      const { decoder, ...others } = model.init(first!);
      // Biases begin at 0, where they would not be missed.
      const moved = decoder.map(({ weight, bias }) => ({
        weight: mul(weight, 2),
        bias: add(bias!, normalNoise(second!, bias!.shape)),
      }));
      const z = normalNoise(third!, [1, latents]); // (1, latents)
      return { moved, z, mean: model.decode({ ...others, decoder: moved }, z).mean() }; // (1, 784)
    }),
  );
  const layers = await Promise.all(
    made.moved.map(async ({ weight, bias }) => ({
      weight: (await weight.data<'float32'>()).slice(),
      bias: (await bias.data<'float32'>()).slice(),
    })),
  );
  const { width, height, channels, data } = decodePlainly(layers, (await made.z.data<'float32'>()).slice());
  expect([width, height, channels, data.length]).toEqual([28, 28, 1, 784]);
  const expected = await made.mean.data();
  for (const [i, value] of data.entries()) expect(Math.abs(value - 255 * expected[i]!)).toBeLessThan(0.51); // rounded
  expect(new Set(data).size).toBeGreaterThan(50);
});

test('laws: a code on the plane lies where it was asked for', () => {
  const plane = { origin: [1, 2, 3], across: [2, 0, 0], down: [0, 0, -4] };
  expect([...codeAt(plane, 0.5, -0.25)]).toEqual([2, 2, 4]);
  expect(placeOf(plane, [2, 7, 4])).toEqual([0.5, -0.25]); // the nearest place
});
