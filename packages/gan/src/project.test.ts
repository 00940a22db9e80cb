import { GenaiError, key, mapTrees, type Optimizer, type Tree } from '@genai/core';
import { standardNormal } from '@genai/distributions';
import type { Conditioned } from '@genai/nn';
import { mlp } from '@genai/nn';
import { normalNoise, owned, scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import {
  add,
  matMul,
  mean,
  memory,
  mul,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
  tensor2d,
  zeros,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { conditionalGan, gan } from './gan.js';
import { latentDirections } from './latent-directions.js';
import { project } from './project.js';

/** Descends by `rate`, and counts its updates. */
const descent = (rate: number): Optimizer<Tensor, { readonly updates: Tensor }> => ({
  init: () => ({ updates: zeros([]) }),
  update: (grad, { updates }, params, step) =>
    scope(() => {
      expect(step.dataSync()).toEqual(updates.dataSync());
      const moved = mapTrees<Tensor, Tree<Tensor>>(
        (p, g) => sub(p, mul(g!, rate)),
        params as Tree<Tensor>,
        grad as Tree<Tensor>,
      );
      return { params: moved as typeof params, state: { updates: add(updates, 1) } };
    }),
});
const A = [
  [1, 2, 0],
  [0, 1, -1],
];
const linear = gan({
  generator: {
    init: () => ({}),
    apply: (_params: object, z) => scope(() => matMul(z as Tensor<never>, tensor2d(A) as Tensor<never>)),
  },
  critic: mlp([3, 1]),
  prior: standardNormal(2),
});
const NONE = { generator: {} };

describe('known answers: project', () => {
  test('of a linear generator it finds the codes of least squares, each for its own example', async () => {
    using world = owned({
      x: tensor2d([
        [1, 3, -1], // what z = (1, 1) makes
        [3, 0, 0], // not in its world
      ]),
    });
    const before = memory().numTensors;
    using found = owned(await project(linear, NONE, world.x, { optimizer: descent(0.3), steps: 120, key: key(0) }));
    expect(memory().numTensors - before).toBe(2);
    // A Aᵀ z = A x = (3, 0): z = (1, −1), which makes (1, 1, 1); what is left, (2, −1, −1), is at right angles to A
    expectClose(found.z, [1, 1, 1, -1], { absolute: 1e-3 });
    expectClose(found.distance, [0, 6 / 3], { absolute: 1e-4 });
  });

  test('without a step it gives the nearest of the draws, and more draws are never further', async () => {
    using world = owned({ x: normalNoise(key(3), [20, 3]) });
    let last: number[] | undefined;
    for (const draws of [1, 4, 32]) {
      using found = owned(
        await project(linear, NONE, world.x, { optimizer: descent(1), steps: 0, draws, key: key(0) }),
      );
      const made = scope(() => mean(square(sub(linear.generate({}, found.z), world.x)), 1));
      expectClose(found.distance, made);
      made.dispose();
      const now = Array.from(found.distance.dataSync());
      for (const [i, distance] of now.entries()) expect(distance).toBeLessThanOrEqual(last?.[i] ?? Infinity);
      last = now;
    }
  });

  test('what a wild optimizer loses on the way is kept, and progress is told', async () => {
    using world = owned({ x: tensor2d([[1, 3, -1]]) });
    const told: number[] = [];
    const watch = ({ step, distance }: { step: number; distance: number }): void => {
      expect(step).toBe(told.length + 1);
      told.push(distance);
    };
    using found = owned(await project(linear, NONE, world.x, { optimizer: descent(5), steps: 6, key: key(0), watch }));
    expect(told).toHaveLength(6);
    expect(told.at(-1)!).toBeGreaterThan(told[0]!);
    expect(found.distance.dataSync()[0]).toBeCloseTo(told[0]!, 4);
  });

  test('a conditional model is given its context, and another distance may be asked for', async () => {
    const moved = conditionalGan({
      generator: { init: () => ({}), apply: (_params: object, { x, context }: Conditioned) => add(x, context) },
      critic: { init: () => ({}), apply: (_params: object, { x }: Conditioned) => x },
      prior: standardNormal(2),
    });
    using world = owned({
      x: tensor2d([
        [1, 2],
        [3, 4],
      ]),
      context: tensor2d([
        [10, 0],
        [0, 0],
      ]),
    });
    const weighted = (made: Tensor, x: Tensor): Tensor =>
      scope(() => sum(mul(square(sub(made, x)), tensor([1, 0])), 1));
    const options = { optimizer: descent(0.25), steps: 40, key: key(0), context: world.context, distance: weighted };
    using found = owned(await project(moved, NONE, world.x, options));
    const z = found.z.dataSync();
    expectClose([z[0]!, z[2]!], [-9, 3], { absolute: 1e-3 });
  });

  test('a net finds its own examples again', async () => {
    const net = gan({
      generator: mlp([2, 16, 6], { activation: tanh }),
      critic: mlp([6, 1]),
      prior: standardNormal(2),
    });
    using params = owned(net.init(key(0)));
    using world = owned({ x: scope(() => net.given(params).sample(key(5), [4])) });
    using found = owned(await project(net, params, world.x, { optimizer: descent(0.5), steps: 150, key: key(1) }));
    expect(Math.max(...found.distance.dataSync())).toBeLessThan(1e-3);
  });
});

describe('errors: project', () => {
  test('a signal stops it, and nothing is left over', async () => {
    using world = owned({ x: tensor2d([[1, 3, -1]]) });
    const before = memory().numTensors;
    const stop = new AbortController();
    const watch = ({ step }: { step: number }): void => {
      if (step === 3) stop.abort(new Error('enough'));
      expect(step).toBeLessThan(4);
    };
    const options = { optimizer: descent(0.1), key: key(0), watch, signal: stop.signal };
    await expect(project(linear, NONE, world.x, options)).rejects.toThrow('enough');
    await expect(project(linear, NONE, world.x, options)).rejects.toThrow('enough');
    expect(memory().numTensors).toBe(before);
  });

  test('counts that are none, examples of another shape', async () => {
    using world = owned({ x: zeros([1, 4]) });
    const options = { optimizer: descent(0.1), key: key(0) };
    const before = memory().numTensors;
    await expect(project(linear, NONE, world.x, { ...options, steps: -1 })).rejects.toThrow(GenaiError);
    await expect(project(linear, NONE, world.x, { ...options, draws: 0 })).rejects.toThrow('project: draws must be');
    await expect(project(linear, NONE, world.x, options)).rejects.toThrow(
      'project: x has shape [1,4], the generator gives [1,3]',
    );
    expect(memory().numTensors).toBe(before);
  });
});

describe('latentDirections', () => {
  test('known answers: singular vectors and values of the weight', async () => {
    // U diag(5, 2) Vᵀ with U a turn by 30°
    const [c, s] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)];
    using world = owned({
      weight: tensor2d([
        [5 * c, 0, -2 * s],
        [5 * s, 0, 2 * c],
      ]),
    });
    const before = memory().numTensors;
    using found = owned(await latentDirections(world.weight, 2));
    expect(memory().numTensors - before).toBe(2);
    expectClose(found.gains, [5, 2], { absolute: 1e-5 });
    expectClose(found.directions, [c, s, -s, c], { absolute: 1e-5 });
    using one = owned(await latentDirections(world.weight, 1));
    expect(one.directions.shape).toEqual([1, 2]);
  });

  test('law: a step along a direction moves the layer by its gain, and no other direction moves it more', async () => {
    using world = owned({ weight: normalNoise(key(0), [6, 9]) });
    using found = owned(await latentDirections(world.weight, 6));
    scope(() => {
      const gain = (d: Tensor): number[] =>
        Array.from(sum(square(matMul(d as Tensor<never>, world.weight as Tensor<never>)), 1).dataSync(), Math.sqrt);
      expectClose(found.gains, gain(found.directions), { relative: 1e-4 });
      const others = normalNoise(key(1), [50, 6]);
      const lengths = Array.from(sum(square(others), 1).dataSync(), Math.sqrt);
      const largest = found.gains.dataSync()[0]!;
      for (const [i, moved] of gain(others).entries())
        expect(moved / lengths[i]!).toBeLessThanOrEqual(largest * (1 + 1e-5));
    });
  });

  test('errors', async () => {
    using world = owned({ weight: zeros([3, 4]), cube: zeros([1, 2, 2]), wide: zeros([513, 1]) });
    await expect(latentDirections(world.weight, 4)).rejects.toThrow('count is 4, but the weight is for 3 latents');
    await expect(latentDirections(world.weight, 0)).rejects.toThrow(GenaiError);
    await expect(latentDirections(world.cube, 1)).rejects.toThrow('expected [latents, outputs]');
    await expect(latentDirections(world.wide, 1)).rejects.toThrow('at most 512');
  });
});
