import { disposeTree, key } from '@genai/core';
import { scope } from '@genai/tensor';
import { setBackend, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
// @boundaries-ignore the models of this package are run here on engines that it must not import
import { useBackend } from '../../backend/src/use-backend.js';
import { binaryPixels } from '../src/pictures/binary-pixels.js';
import { gatedPixelCnn } from '../src/pictures/gated-pixel-cnn.js';
import { levelPixels } from '../src/pictures/level-pixels.js';
import { pixelCnn } from '../src/pictures/pixel-cnn.js';
import type { PixelEmission } from '../src/pictures/pixel-emission.js';
import { pixelModel } from '../src/pictures/pixel-model.js';
import type { PixelNet } from '../src/pictures/pixel-net.js';
import { drawNaively } from './draw-naively.js';

const [HEIGHT, WIDTH, BATCH] = [6, 5, 3];

/** The net, counting its steps, and its draws: a picture and one of which the first rows are known. */
function drawer<P, S extends { readonly caches: readonly unknown[] }>(
  plain: PixelNet<P, S>,
  emission: PixelEmission,
): () => Promise<{
  readonly ran: number;
  readonly drawn: number[];
  readonly naive: number[];
  readonly rest: number[];
}> {
  let ran = 0;
  const counted: typeof plain.step = (...inputs) => {
    ran++;
    return plain.step(...inputs);
  };
  const net = { ...plain, step: counted };
  const model = pixelModel({ net: net as never, emission, height: HEIGHT, width: WIDTH });
  const read = async (x: Tensor): Promise<number[]> => {
    const values = [...(await x.data())];
    x.dispose();
    return values;
  };
  return async () => {
    const params = plain.init(key(4));
    ran = 0;
    const drawn = await read(scope(() => model.given(params as never).sample(key(5), [BATCH])));
    const steps = ran;
    const naive = await read(drawNaively(plain, emission, params, [BATCH, HEIGHT, WIDTH], key(5)));
    const whole = tensor(drawn, [BATCH, HEIGHT, WIDTH, 1]);
    const known = tensor(
      Array.from({ length: HEIGHT * WIDTH }, (_, t) => (t < 2 * WIDTH + 1 ? 1 : 0)),
      [HEIGHT, WIDTH],
    );
    const rest = await read(scope(() => model.given(params as never).complete(key(6), whole, known)));
    disposeTree([params as never, whole, known]);
    return { ran: steps, drawn, naive, rest };
  };
}

test.each([
  ['pixelCnn', drawer(pixelCnn({ width: 3, layers: 2 }), binaryPixels())],
  ['gatedPixelCnn', drawer(gatedPixelCnn({ width: 4, layers: 2, outputs: 4 }), levelPixels({ levels: 4 }))],
])('parity: steps of %s that are captured and replayed draw the pixels that whole runs draw', async (_, draw) => {
  const plain = await draw();
  expect(plain.ran).toBe(HEIGHT * WIDTH);
  await useBackend('simd');
  try {
    const captured = await draw();
    expect(captured.drawn).toEqual(captured.naive);
    expect(captured.drawn).toEqual(plain.drawn);
    expect(captured.rest).toEqual(plain.rest);
    expect(captured.rest.slice(0, 2 * WIDTH + 1)).toEqual(captured.drawn.slice(0, 2 * WIDTH + 1));
    expect(captured.ran).toBeLessThan(12); // recorded, a few times for each kind, then replayed
  } finally {
    await setBackend('cpu');
  }
});
