import { gaussianMixture } from './gaussian-mixture.js';
import { expectPositive } from './plane.js';
import type { Toy } from './toy.js';

/** Eight round Gaussians on a circle; the entropy is integrated to within 1e-6 nats. */
export function eightGaussians({
  radius = 2,
  scale = 0.2,
}: {
  readonly radius?: number;
  readonly scale?: number;
} = {}): Toy {
  expectPositive('eightGaussians', { radius, scale });
  const centres = new Float64Array(16);
  for (let i = 0; i < 8; i++) {
    centres[2 * i] = radius * Math.cos((Math.PI * i) / 4);
    centres[2 * i + 1] = radius * Math.sin((Math.PI * i) / 4);
  }
  return gaussianMixture({ centres, scale });
}
