import { type Game, key, type NoParams } from '@genai/core';
import { normalNoise, owned, scope } from '@genai/tensor';
import { stepLaws } from '@genai/testing/step-laws';
import { add, mean, mul, scalar, square, sub, sum, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { adam, compete, ema, sgd, train } from './index.js';

type Two = { readonly one: { readonly p: Tensor }; readonly two: { readonly q: Tensor } };
type Memory = { readonly seen: Tensor };

/** One goes to the mean of the batch, two follows one; the memory adds up the losses of one. */
function chase(): Game<Tensor, Two, Tensor, 'distance', Memory> & { readonly rows: number[] } {
  const rows: number[] = [];
  return {
    rows,
    init: () => ({ one: { p: scalar(0) }, two: { q: scalar(0) } }),
    players: {
      one: ({ one }, x) => {
        rows.push(x.shape[0]!);
        return { loss: square(sub(one.p, mean(x))) };
      },
      two: ({ one, two }, _x, _key, { memory }) => ({
        loss: square(sub(two.q, one.p)),
        distance: add(sub(one.p, two.q), memory.seen),
      }),
    },
    memory: { init: () => ({ seen: scalar(0) }), next: ({ seen }, { one }) => ({ seen: add(seen, one) }) },
  };
}

const optimizers = { one: sgd(0.25), two: sgd(0.5) };
const number = (x: Tensor): number => x.dataSync()[0]!;

stepLaws('compete', () => ({ step: compete(chase(), { optimizers }), batch: () => tensor([1, 3]) }));
stepLaws('compete with more updates for one and noise', () => ({
  step: compete(
    {
      ...chase(),
      players: {
        ...chase().players,
        one: ({ one }, x, key) => ({ loss: mean(square(sub(add(one.p, normalNoise(key, [1])), x))) }),
      },
    },
    { optimizers: { one: adam(0.1), two: adam(0.1) }, updates: { one: 2 } },
  ),
  batch: () => tensor([1, 3]),
}));

stepLaws('compete that tells the norms of gradients', () => ({
  step: compete(chase(), { optimizers, gradientNorms: true }),
  batch: () => tensor([1, 3]),
}));

describe('known answers', () => {
  test('the norm of a gradient goes over all leaves, that of the last update in the round', () => {
    type Params = {
      readonly far: { readonly p: Tensor; readonly q: readonly [Tensor] };
      readonly still: { readonly p: Tensor };
    };
    const game: Game<Tensor, Params, Tensor> = {
      init: () => ({ far: { p: scalar(0), q: [tensor([1, 2])] }, still: { p: scalar(5) } }),
      players: {
        // slopes: 3 at p, 4 and 12 times the mean of the batch at q
        far: ({ far }, x) => ({
          loss: add(mul(far.p, 3), mul(sum(mul(far.q[0], tensor([4, 12]))), mean(x))),
        }),
        still: ({ still }) => ({ loss: mul(still.p, 0) }),
      },
    };
    const players = { far: sgd(1), still: sgd(1) };
    const step = compete(game, { optimizers: players, updates: { far: 2 }, gradientNorms: true });
    const plain = compete(game, { optimizers: players, updates: { far: 2 } });
    using batch = owned({ x: tensor([7, 1]) }); // the second update sees 1
    using start = owned(step.init(key(0)));
    using made = owned(step.run(start, batch.x, key(1)));
    using without = owned(plain.run(start, batch.x, key(1)));
    expect(number(made.metrics.farGradient)).toBe(13);
    expect(number(made.metrics.stillGradient)).toBe(0);
    expect(Object.keys(without.metrics)).toEqual(['far', 'still']);
    // @ts-expect-error norms are told only where they are asked for
    expect(without.metrics.farGradient).toBeUndefined();
    expect(number(made.state.params.far.p)).toBe(number(without.state.params.far.p));
  });

  test('players move in turn, the later seeing what the earlier have become', () => {
    const step = compete(chase(), { optimizers });
    using batch = owned({ x: tensor([1, 3]) });
    using start = owned(step.init(key(0)));
    using first = owned(step.run(start, batch.x, key(1)));
    using second = owned(step.run(first.state, batch.x, key(2)));
    // one: 0 − 0.25 · 2 (0 − 2) = 1, then 1 + 0.25 · 2 = 1.5; two: 0 + 0.5 · 2 · 1 = 1, then 1 + 1 · 0.5 = 1.5
    expect(number(first.state.params.one.p)).toBe(1);
    expect(number(first.state.params.two.q)).toBe(1);
    expect(number(second.state.params.one.p)).toBe(1.5);
    expect(number(second.state.params.two.q)).toBe(1.5);
    // losses before the move: 4 and (0 − 1)², then 1 and 0.25; the memory has 4 when the second round begins
    expect(Object.fromEntries(Object.entries(second.metrics).map(([name, x]) => [name, number(x)]))).toEqual({
      one: 1,
      two: 0.25,
      distance: 0.5 + 4,
    });
    expect(number(second.state.memory.seen)).toBe(5);
    expect(number(second.state.step)).toBe(2);
  });

  test('a player with more updates sees a part of the batch in each, and its optimizer counts them all', () => {
    const game = chase();
    const counted: number[] = [];
    const counting = {
      init: sgd(0.25).init,
      update: ((grad, state, params, step) => {
        counted.push(number(step));
        return sgd(0.25).update(grad, state, params, step);
      }) as ReturnType<typeof sgd>['update'],
    };
    const step = compete(game, { optimizers: { ...optimizers, one: counting }, updates: { one: 3 } });
    using batch = owned({ x: tensor([2, 2, 4, 4, 6, 6]) });
    using start = owned(step.init(key(0)));
    using first = owned(step.run(start, batch.x, key(1)));
    using second = owned(step.run(first.state, batch.x, key(2)));
    expect(game.rows).toEqual([2, 2, 2, 2, 2, 2]);
    expect(counted).toEqual([0, 1, 2, 3, 4, 5]);
    // half of the way to 2, then to 4, then to 6: 1, 2.5, 4.25
    expect(number(first.state.params.one.p)).toBe(4.25);
    expect(number(second.metrics.one)).toBe(5.94140625); // 4.25, 3.125, 3.5625; before the third update: (3.5625 − 6)²
  });

  test('the average may be of one player alone', async () => {
    const step = ema(compete(chase(), { optimizers }), { decay: 0.5, of: ({ two }) => two });
    using batch = owned({ x: tensor([1, 3]) });
    await using run = train(step, { data: [batch.x, batch.x], steps: 2, key: key(0) });
    for await (const _ of run);
    expect(Object.keys(run.state.average)).toEqual(['q']);
    expect(number(run.state.average.q)).toBeCloseTo((0.5 * 1 + 1.5) / 1.5, 6);
  });

  test('a bilinear game turns around its saddle as alternating descent does', () => {
    type Params = { readonly x: { readonly v: Tensor }; readonly y: { readonly v: Tensor } };
    const game: Game<Tensor, Params, Tensor, never, NoParams> = {
      init: () => ({ x: { v: scalar(1) }, y: { v: scalar(1) } }),
      players: {
        x: ({ x, y }) => ({ loss: mul(x.v, y.v) }),
        y: ({ x, y }) => ({ loss: mul(mul(x.v, y.v), -1) }),
      },
    };
    const step = compete(game, { optimizers: { x: sgd(0.1), y: sgd(0.1) } });
    const last = scope(() => {
      let state = step.init(key(0));
      for (let i = 0; i < 1000; i++) state = step.run(state, scalar(0), key(i)).state;
      return state;
    });
    // x² − ηxy + y² is conserved by x ← x − ηy, y ← y + ηx
    const [x, y] = [number(last.params.x.v), number(last.params.y.v)];
    expect(x * x - 0.1 * x * y + y * y).toBeCloseTo(1.9, 3);
    using _ = owned(last);
  });
});

describe('errors', () => {
  test('a count that is none, a game without players, a batch that cannot be cut', () => {
    expect(() => compete(chase(), { optimizers, updates: { one: 0 } })).toThrow('compete: updates');
    expect(() => compete({ init: () => ({}), players: {} }, { optimizers: {} })).toThrow('no player');
    const step = compete(chase(), { optimizers, updates: { two: 2 } });
    using batch = owned({ x: tensor([1, 3, 5]) });
    using start = owned(step.init(key(0)));
    expect(() => step.run(start, batch.x, key(1))).toThrow('compete: 2 updates: a batch of shape [3] cannot be split');
  });
});
