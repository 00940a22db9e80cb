import { fold, GenaiError, type Key, randomUniform } from '@genai/core';
import { expectShape } from '@genai/tensor';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { Dataset } from './dataset.js';
import { expectIndices, expectInteger } from './expect.js';

export interface MovingPicturesOptions {
  /** Frames of a clip. */
  readonly frames: number;
  /** Side of the square frames, at least that of the pictures. */
  readonly size: number;
  /** Where start and direction of each picture come from. */
  readonly key: Key;
  /** Pixels from a frame to the next, in a direction that differs from clip to clip; 1 unless given. */
  readonly velocity?: number;
  /** How many pictures move in a clip, the others drawn at random; 1 unless given, 2 in the paper. */
  readonly pictures?: number;
}

/**
 * Clips of pictures that move straight on and bounce off the borders, (batch, frames, size, size, channels), from a dataset of
 * pictures, (batch, height, width, channels): Moving MNIST of whichever pictures one has.
 *
 * Clip i shows picture i, and is always the same under a key. Places are whole pixels; of pictures that overlap the brighter
 * number of each pixel is seen, and where there is none, 0.
 *
 * @example
 * const images = map((await digits()).train, ({ images }) => images); // (batch, 28, 28, 1)
 * const clips = movingPictures(images, { frames: 20, size: 64, key: key(0), velocity: 3, pictures: 2 });
 * @throws GenaiError if an option is out of range; when read, if pictures are larger than the frames.
 * @source Srivastava et al. 2015, "Unsupervised learning of video representations using LSTMs", section 3.1 (two digits of 28 × 28
 * in 20 frames of 64 × 64).
 */
export function movingPictures(
  dataset: Dataset<Tensor>,
  { frames, size, key, velocity = 1, pictures = 1 }: MovingPicturesOptions,
): Dataset<Tensor> {
  const where = 'movingPictures';
  expectInteger(where, 'frames', frames, 1);
  expectInteger(where, 'size', size, 1);
  expectInteger(where, 'pictures', pictures, 1);
  if (!(velocity >= 0 && Number.isFinite(velocity))) {
    throw new GenaiError(`${where}: velocity must be at least 0 pixels a frame, got ${velocity}.`);
  }
  return {
    length: dataset.length,
    read: async (indices) => {
      expectIndices(where, indices, dataset.length);
      const draws = Array.from(indices, (index) => randomUniform(fold(key, index), NUMBERS * pictures));
      const shown = draws.flatMap((draw, i) =>
        Array.from({ length: pictures }, (_, p) =>
          p === 0 ? indices[i]! : Math.floor(draw[NUMBERS * p]! * dataset.length),
        ),
      );
      const read = await dataset.read(Uint32Array.from(shown));
      try {
        const [, height, width, channels] = expectShape(where, read, ['batch', 'height', 'width', 'channels']);
        if (height > size || width > size) {
          throw new GenaiError(
            `${where}: pictures of ${height} × ${width} do not fit into frames of ${size} × ${size}. Pass a larger size or smaller pictures.`,
          );
        }
        const shape = [indices.length, frames, size, size, channels];
        const out = new Float32Array(shape.reduce((product, n) => product * n, 1));
        const pixels = await read.data();
        for (const [i, draw] of draws.entries()) {
          for (let p = 0; p < pictures; p++) {
            const [, left, top, turn] = draw.subarray(NUMBERS * p, NUMBERS * (p + 1)) as unknown as Numbers;
            const across = { start: left * (size - width), speed: velocity * Math.cos(2 * Math.PI * turn) };
            const down = { start: top * (size - height), speed: velocity * Math.sin(2 * Math.PI * turn) };
            for (let frame = 0; frame < frames; frame++) {
              const x = Math.round(bounced(across.start + across.speed * frame, size - width));
              const y = Math.round(bounced(down.start + down.speed * frame, size - height));
              for (let row = 0; row < height; row++) {
                const from = ((i * pictures + p) * height + row) * width * channels;
                const to = (((i * frames + frame) * size + y + row) * size + x) * channels;
                for (let n = 0; n < width * channels; n++) {
                  out[to + n] = Math.max(out[to + n]!, pixels[from + n]!);
                }
              }
            }
          }
        }
        return tensor(out, shape, 'float32'); // (batch, frames, size, size, channels)
      } finally {
        read.dispose();
      }
    },
  };
}

/** Which picture, where it starts, and the direction in turns, from 0 to 1 each. */
type Numbers = readonly [which: number, left: number, top: number, turn: number];
const NUMBERS = 4;

/** A place on a line that is folded back at 0 and at `end`. */
function bounced(place: number, end: number): number {
  if (end === 0) return 0;
  const folded = Math.abs(place) % (2 * end);
  return folded > end ? 2 * end - folded : folded;
}
