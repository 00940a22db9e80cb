import type { Distribution } from '@genai/core';
import { type Independent, mixture, type Normal } from '@genai/distributions';
import { type Tensor, zeros } from '@tensorflow/tfjs-core';
import { normalMixture } from './normal-mixture.js';

/** The mixture in equal shares of distributions side by side, batch shape (mixtures); by matrix products if they are normal. */
export function mixtureOf(components: Distribution<Tensor>): Distribution<Tensor> {
  const normals = diagonalNormals(components);
  if (normals) return normalMixture(normals.loc, normals.scale);
  return mixture(zeros([components.batchShape.at(-1) ?? 1]), components);
}

/** The base of `independent(normal(…), 1)` whose loc and scale are (mixtures, features) both. */
function diagonalNormals(q: Distribution<Tensor>): Normal | undefined {
  const { kind, base, rank } = q as Partial<Independent>;
  if (kind !== 'independent' || rank !== 1 || q.batchShape.length !== 1) return undefined;
  const { kind: inner, loc, scale } = base as Partial<Normal>;
  const fits = inner === 'normal' && loc?.rank === 2 && String(loc.shape) === String(scale?.shape);
  return fits ? (base as Normal) : undefined;
}
