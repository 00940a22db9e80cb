import { fold, key, randomNormal, randomUniform } from '@genai/core';
import { describe, expect, test } from 'vitest';
import { sampleHealth } from './sample-health.js';

/** Points of a ring of eight narrow Gaussians, at these modes. */
function ring(stream: number, count: number, modes: readonly number[], scale = 0.02): number[][] {
  const noise = randomNormal(fold(key(3), stream), 2 * count);
  return Array.from({ length: count }, (_, i) => {
    const angle = (Math.PI * modes[i % modes.length]!) / 4;
    return [Math.cos(angle) + scale * noise[2 * i]!, Math.sin(angle) + scale * noise[2 * i + 1]!];
  });
}

const ALL = [0, 1, 2, 3, 4, 5, 6, 7];
const data = ring(0, 400, ALL);

describe('known answers', () => {
  test('samples of the same distribution are healthy', async () => {
    const health = await sampleHealth(data, ring(1, 400, ALL));
    expect(health.verdict, health.why).toBe('healthy');
    expect(health.coverage).toBeGreaterThan(0.9);
    expect(health.variety).toBeGreaterThan(0.8);
    expect(health.variety).toBeLessThan(1.25);
    expect(health.copies).toBeLessThan(0.1);
  });

  test('one mode of eight, with all its width, is a collapse; so is a single point wherever it lies', async () => {
    const one = await sampleHealth(data, ring(1, 400, [3]));
    expect(one).toMatchObject({ verdict: 'collapsed', why: expect.stringMatching(/near only 0\.1\d of the kinds/) });
    const noise = randomNormal(key(5), 800);
    const point = Array.from({ length: 400 }, (_, i) => [9 + 1e-5 * noise[2 * i]!, 1e-5 * noise[2 * i + 1]!]);
    expect(await sampleHealth(data, point)).toMatchObject({ verdict: 'collapsed', precision: 0 });
  });

  test('six modes of eight: some are lost', async () => {
    const health = await sampleHealth(data, ring(1, 400, [0, 1, 2, 3, 4, 5]));
    expect(health).toMatchObject({ verdict: 'losing' });
    expect(health.coverage).toBeGreaterThan(0.6);
    expect(health.coverage).toBeLessThan(0.76);
  });

  test('training data moved by a hair are copies', async () => {
    const moved = data.map(([x, y]) => [x! + 1e-5, y! - 1e-5]);
    expect(await sampleHealth(data, moved)).toMatchObject({ verdict: 'copying', copies: 1 });
  });

  test('noise all over the plane is apart from the data', async () => {
    const noise = randomUniform(key(4), 800, { min: -2, max: 2 });
    const health = await sampleHealth(
      data,
      Array.from({ length: 400 }, (_, i) => [noise[2 * i]!, noise[2 * i + 1]!]),
    );
    expect(health).toMatchObject({ verdict: 'apart' });
    expect(health.precision).toBeLessThan(0.1);
  });
});

test('errors: too few samples, another width', async () => {
  await expect(sampleHealth(data, data.slice(0, 5))).rejects.toThrow('sampleHealth, the fake: got 5 rows');
  await expect(
    sampleHealth(
      data,
      data.map(([x]) => [x!]),
    ),
  ).rejects.toThrow('sampleHealth, the fake');
});
