import { type Key, randomNormal, randomUniform, split } from '@genai/core';
import { type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';

/** Two interlocked half circles with noise of deviation 0.1, (count, 2). */
export function twoMoons(key: Key, count: number): Tensor2D {
  const [forAngle, forSide, forNoise] = split(key, 3);
  const angles = randomUniform(forAngle, count, { max: Math.PI });
  const sides = randomUniform(forSide, count);
  const points = randomNormal(forNoise, 2 * count).map((noise, i) => {
    const angle = angles[i >> 1]!;
    const isUpper = sides[i >> 1]! < 0.5;
    const x = isUpper ? Math.cos(angle) : 1 - Math.cos(angle);
    const y = isUpper ? Math.sin(angle) : 0.5 - Math.sin(angle);
    return (i % 2 ? y : x) + 0.1 * noise;
  });
  return tensor2d(points, [count, 2]);
}
