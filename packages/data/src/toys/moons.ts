import { gaussianMixture } from './gaussian-mixture.js';
import { expectPositive } from './plane.js';
import type { Toy } from './toy.js';

/**
 * Two half circles that reach into each other, blurred: round Gaussians of scale `noise` at most half a scale apart
 * along two arcs. The density is exactly that mixture's; the entropy is integrated to within 1e-6 nats.
 *
 * @example
 * const points = moons().sample(key(0), 1_000); // (1000 × 2)
 */
export function moons({ noise = 0.1 }: { readonly noise?: number } = {}): Toy {
  expectPositive('moons', { noise });
  const each = Math.ceil((2 * Math.PI) / noise) + 1; // arcs of length π in steps of at most noise / 2
  const centres = new Float64Array(4 * each);
  for (let i = 0; i < each; i++) {
    const angle = (Math.PI * i) / (each - 1);
    centres.set([Math.cos(angle), Math.sin(angle)], 4 * i);
    centres.set([1 - Math.cos(angle), 0.5 - Math.sin(angle)], 4 * i + 2);
  }
  return gaussianMixture({ centres, scale: noise });
}
