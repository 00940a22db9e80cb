import { fold, key } from '@genai/core';
import { standardNormal } from '@genai/distributions';
import { type DenseParams, dense } from '@genai/nn';
import { normalNoise, scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { mul, scalar, sub, type Tensor, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { auxiliary } from './auxiliary.js';
import { concatenated } from './concatenated.js';
import { r1 } from './gradient-penalty.js';
import { hinge, wasserstein } from './losses.js';

const parts = {
  generator: concatenated(dense(1 + 3, 2), { classes: 3 }),
  critic: dense(2, 1 + 3),
  prior: standardNormal(1),
};
const turn = () => ({
  step: scalar(0),
  memory: { real: scalar(0), fake: scalar(0), strength: scalar(1), path: scalar(0) },
});
const batch = () => ({
  x: tensor2d([
    [1, 0],
    [0, 2],
  ]),
  context: tensor1d([0, 2], 'int32'),
});

test('known answers: a critic of zeros pays ln 3 for each class, real and generated; its number is the first', () => {
  scope(() => {
    const { game, model } = auxiliary(parts, { classes: 3, loss: hinge(), weight: 10 });
    const params = game.init(key(0));
    const blind = { ...params, critic: { weight: zeros([2, 4]), bias: tensor1d([0.5, 0, 0, 0]) } };
    const told = game.players.critic(blind, batch(), key(1), turn());
    expectClose(told.loss, 0.5 + 1.5 + 10 * 2 * Math.log(3));
    expectClose(
      [told.real!, told.fake!, told.sure!, told.classed!].map((x) => x.dataSync()[0]!),
      [0.5, 0.5, 1, Math.log(3)],
    );
    expectClose(game.players.generator(blind, batch(), key(1), turn()).loss, -0.5 + 10 * Math.log(3));
    expectClose(model.judge(blind.critic, batch().x, batch().context), [0.5, 0.5]);
  });
});

test('known answers: the share of classes told rightly, by hand', () => {
  scope(() => {
    const { game } = auxiliary(parts, { classes: 3, loss: wasserstein() });
    const { generator } = game.init(key(0));
    // Logits (x₁, 0, −x₁): [1, 0, −1] for class 0, rightly; [0, 0, 0] for class 2, taken for class 0.
    const weight = tensor2d([
      [0, 1, 0, -1],
      [0, 0, 0, 0],
    ]);
    const told = game.players.critic({ generator, critic: { weight, bias: zeros([4]) } }, batch(), key(1), turn());
    expectClose(told.right!, 0.5);
    const e = Math.E;
    expectClose(told.classed!, (Math.log(1 + 1 / e + 1 / e ** 2) + Math.log(3)) / 2);
  });
});

test('known answers: a regulariser sees the number of the critic alone', () => {
  scope(() => {
    const weight = tensor2d([
      [3, 9, 9, 9],
      [4, 9, 9, 9],
    ]);
    const losses = [[], [r1(2)]].map((regularizers) => {
      const { game } = auxiliary(parts, { classes: 3, loss: hinge(), regularizers });
      const params = { ...game.init(key(0)), critic: { weight, bias: zeros([4]) } };
      return game.players.critic(params, batch(), key(1), turn()).loss;
    });
    expectClose(sub(losses[1]!, losses[0]!), 25, { relative: 1e-4 }); // ½ γ ‖(3, 4)‖²
  });
});

test('known answers: playing it, the critic tells three classes of points and the generator makes points nearest to the class asked for', () => {
  scope(() => {
    const { game, model } = auxiliary(parts, { classes: 3, loss: hinge() });
    let params = game.init(key(0));
    const context = tensor1d([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2], 'int32');
    const centres = tensor2d([
      [2, 0],
      [-2, 0],
      [0, 2],
    ]);
    const moved = (p: DenseParams, grad: DenseParams): DenseParams => ({
      weight: sub(p.weight, mul(grad.weight, 0.1)),
      bias: sub(p.bias!, mul(grad.bias!, 0.1)),
    });
    let right: Tensor | undefined;
    for (let i = 0; i < 150; i++) {
      const x = concatenatedRows(centres, context, i);
      const [critic, generator] = [params.critic, params.generator];
      const k = fold(key(2), i);
      const first = valueAndGrad(
        (d: DenseParams) =>
          game.players.critic({ critic: d, generator }, { x, context }, k, turn()) as never as {
            loss: Tensor;
            right: Tensor;
          },
        critic,
      );
      right = first.values.right;
      params = { generator, critic: moved(critic, first.grad) };
      const second = valueAndGrad(
        (g: DenseParams) => game.players.generator({ critic: params.critic, generator: g }, { x, context }, k, turn()),
        generator,
      );
      params = { critic: params.critic, generator: moved(generator, second.grad) };
    }
    expect(right!.dataSync()[0]).toBe(1);
    const drawn = model.given(params, context).sample(key(9));
    const [points, places] = [drawn, centres].map((x) => x.arraySync() as number[][]) as [number[][], number[][]];
    const found = points.map(([x, y]) => {
      const distances = places.map(([a, b]) => Math.hypot(x! - a!, y! - b!));
      return distances.indexOf(Math.min(...distances));
    });
    expect(found).toEqual([...context.dataSync()]);
  });
});

test('errors: one class, a negative weight, a critic without logits', () => {
  expect(() => auxiliary(parts, { classes: 1, loss: hinge() })).toThrow(
    'auxiliary: classes must be an integer of at least 2',
  );
  expect(() => auxiliary(parts, { classes: 3, loss: hinge(), weight: -1 })).toThrow('auxiliary: weight must be');
  scope(() => {
    const { game } = auxiliary({ ...parts, critic: dense(2, 1) }, { classes: 3, loss: hinge() });
    const params = game.init(key(0));
    expect(() => game.players.critic(params, batch(), key(1), turn())).toThrow(
      'auxiliary: the critic: got shape [2, 1], expected [batch, 4].',
    );
  });
});

/** A centre for each class with a little noise, (batch, 2). */
function concatenatedRows(centres: Tensor, context: Tensor, seed: number): Tensor {
  return scope(() => {
    const rows = concatenated(dense(1 + 3, 2, { bias: false }), { classes: 3 });
    const noise = mul(normalNoise(fold(key(3), seed), [context.shape[0]!, 1]), 0.1);
    const weight = tensor2d([[1, 1], ...(centres.arraySync() as number[][])] as [number, number][]);
    return rows.apply({ weight }, { x: noise, context });
  });
}
