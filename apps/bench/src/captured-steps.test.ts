import {
  type Batches,
  CannotCaptureError,
  fold,
  type Key,
  key,
  mapLeaves,
  randomBits,
  randomNormal,
  type Snapshot,
  type Step,
  type Tree,
} from '@genai/core';
import { dropout, lstm, mlp } from '@genai/nn';
import { registerSimd } from '@genai/simd';
import { normalNoise, scope, softplus, valueAndGrad } from '@genai/tensor';
import { contents, distinct } from '@genai/testing/step-laws';
import {
  adam,
  adamW,
  chain,
  clipByGlobalNorm,
  ema,
  minimize,
  type Run,
  sgd,
  type TrainOptions,
  train,
  warmupCosine,
} from '@genai/train';
import {
  add,
  clone,
  findBackend,
  mean,
  mul,
  neg,
  removeBackend,
  reshape,
  scalar,
  setBackend,
  square,
  sub,
  type Tensor,
  tensor,
} from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WORKLOADS } from './workloads.js';

type Moves = Step<never, Tensor, { readonly [name: string]: Tensor }>;

beforeAll(async () => {
  await registerSimd();
  await setBackend('simd');
});
afterAll(async () => {
  await setBackend('cpu');
  removeBackend('simd');
});

const used = (): number => (findBackend('simd')!.memory() as { numBytesInMemory?: number }).numBytesInMemory!;

const net = mlp([6, 16, 6]);
const objective = {
  init: (k: Key) => net.init(k),
  loss: (params: ReturnType<typeof net.init>, x: Tensor, k: Key) =>
    scope(() => {
      const z = net.apply(params, add(x, mul(normalNoise(k, x.shape), 0.1)));
      return { loss: mean(square(sub(z, x))), size: mean(square(z)) };
    }),
};
const recurrent = lstm(6, 8);
const drop = dropout(0.4);

const STEPS: { readonly [name: string]: Moves } = Object.fromEntries(
  Object.entries({
    adam: minimize(objective, adam(1e-2)),
    'sgd of many parts, with a moving average': ema(minimize(objective, sgd(1e-2), { accumulate: 2 }), { decay: 0.9 }),
    'clipping and a schedule': minimize(
      objective,
      chain(clipByGlobalNorm(0.5), adamW(warmupCosine({ peak: 1e-2, warmup: 3, steps: 10 }))),
    ),
    lstm: minimize(
      {
        init: (k) => recurrent.init(k),
        loss: (params: ReturnType<typeof recurrent.init>, x: Tensor) =>
          scope(() => ({ loss: mean(square(recurrent.apply(params, reshape(x, [2, x.shape[0]! / 2, 6])))) })),
      },
      adam(1e-2),
    ),
    dropout: minimize(
      {
        init: objective.init,
        loss: (params: ReturnType<typeof net.init>, x: Tensor, k: Key) =>
          scope(() => ({ loss: mean(square(net.apply(params, drop.apply({}, x, k)))) })),
      },
      adam(1e-2),
    ),
    'two players': twoPlayers(),
    'a leaf that stays, and one that is the batch': {
      init: () => ({ params: scalar(1), same: scalar(7), batch: scalar(0) }),
      run: ({ params, same }: { params: Tensor; same: Tensor; batch: Tensor }, x: Tensor) => ({
        state: { params: mul(params, 0.9), same, batch: clone(x) },
        metrics: { loss: add(same, mean(x)) },
      }),
    },
  }),
) as never;

describe('parity: captured and plain runs are the same bit for bit', () => {
  test.each(Object.keys(STEPS))('%s', async (name) => {
    const plain = await trained(STEPS[name]!, { capture: false });
    const captured = await trained(STEPS[name]!, { capture: true });
    expect(captured.told).toBe(true);
    expect(plain.told).toBe(false);
    expect(captured.losses).toEqual(plain.losses);
    expect(captured.state).toEqual(plain.state);
  });

  test.each(
    WORKLOADS.filter(({ name }) =>
      ['vae_mlp', 'realnvp_2d', 'nsf_2d', 'char_lstm', 'gpt_nano', 'dcgan', 'wgangp'].includes(name),
    ),
  )('the workload $name', async ({ setup }) => {
    const prepared = setup({ batch: 2, key: key(4) });
    const data = { from: (i: number) => endless(i), [Symbol.asyncIterator]: () => endless(0) };
    async function* endless(i: number): AsyncGenerator<Tree<Tensor>> {
      for (let at = i; ; at++) yield prepared.batch(at);
    }
    const plain = await trained(prepared.step as never, { capture: false, data: data as never, steps: 4 });
    const captured = await trained(prepared.step as never, { capture: true, data: data as never, steps: 4 });
    expect(captured.told).toBe(true);
    expect(captured.losses).toEqual(plain.losses);
    expect(captured.state).toEqual(plain.state);
    prepared.dispose();
  });
});

describe('laws of captured training', () => {
  const step = STEPS['sgd of many parts, with a moving average']!;

  test('a snapshot goes on with the same losses', async () => {
    const whole = await trained(step, { capture: false, steps: 12 });
    const losses: number[] = [];
    await using first = train(step, { data: batches(), steps: 6, key: key(3), capture: true });
    for await (const { metrics } of first) losses.push(...Object.values<number>(metrics));
    expect(first.captured).toBe(true);
    const { state, ...rest } = first.snapshot();
    const from: Snapshot<never> = { ...rest, state: scope(() => copied(state as Tree<Tensor>)) as never };
    await using second = train(step, { data: batches(), steps: 12, key: key(3), from, capture: true });
    for await (const { metrics } of second) losses.push(...Object.values<number>(metrics));
    expect(losses).toEqual(whole.losses);
  });

  test('the engine may be changed in the middle, and back', async () => {
    await using run = train(step, { data: batches(), steps: 14, key: key(3) });
    const told: unknown[] = [];
    for await (const { step } of run) {
      told.push(run.captured);
      if (step === 5) await setBackend('cpu');
      if (step === 7) await setBackend('simd');
    }
    expect(told.slice(3)).toEqual([true, true, false, false, false, false, true, true, true, true, true]);
  });

  test('what a reader clones or keeps between moves never changes', async () => {
    await using run = train(step, { data: batches(), steps: 12, key: key(3), capture: true });
    const kept: { tensor: Tensor; values: number[] }[] = [];
    for await (const { state } of run) {
      const leaf = distinct(state as Tree<Tensor>)[0]!;
      kept.push({ tensor: clone(leaf), values: [...leaf.dataSync()] });
    }
    expect(run.captured).toBe(true);
    for (const { tensor, values } of kept) {
      expect([...tensor.dataSync()]).toEqual(values);
      tensor.dispose();
    }
  });

  test('batches of another size are recorded beside the others', async () => {
    const sizes = [8, 8, 8, 2, 8, 8, 2, 2, 8, 2];
    const options = { data: batches(sizes), steps: sizes.length };
    const plain = await trained(step, { ...options, capture: false });
    const told: unknown[] = [];
    const captured = await trained(step, { ...options, capture: true }, (run) => told.push(run.captured));
    expect(captured.losses).toEqual(plain.losses);
    expect(told.slice(3)).toEqual([false, true, true, false, true, true, true]);
  });

  test('the memory is flat over a thousand moves, and given back in the end', async () => {
    const before = used();
    {
      await using run = train(STEPS.adam!, { data: batches(), steps: 1000, key: key(3), capture: true });
      let held = 0;
      for await (const { step } of run) {
        if (step === 10) held = used();
        if (step > 10 && step % 100 === 0) expect(used()).toBe(held);
      }
    }
    expect(used()).toBe(before);
  });

  test('a captured move takes no more memory than a plain one', async () => {
    const { allocator } = (findBackend('simd') as unknown as { machine: { allocator: Metered } }).machine;
    const { allocate } = allocator;
    const peakOf = async (capture: boolean): Promise<number> => {
      let peak = 0;
      allocator.allocate = (bytes) => {
        const place = allocate.call(allocator, bytes);
        peak = Math.max(peak, allocator.used);
        return place;
      };
      const before = used();
      const peaks: number[] = [];
      await trained(STEPS.adam!, { capture, steps: 8, data: batches(Array(8).fill(2000)) }, () => {
        peaks.push(peak - before);
        peak = 0;
      });
      allocator.allocate = allocate;
      return peaks[6]!;
    };
    expect(await peakOf(true)).toBeLessThanOrEqual(1.05 * (await peakOf(false)));
  });

  test('a step that throws leaves the run at its last move', async () => {
    let broken = false;
    const failing: Moves = {
      init: step.init,
      run: (state, batch, k) => {
        if (broken) throw new Error('the step is broken');
        return step.run(state, batch, k);
      },
    };
    await using run = train(failing, { data: batches(), steps: 6, key: key(3) });
    const loop = async (): Promise<void> => {
      for await (const { step } of run) broken = step === 1;
    };
    await expect(loop()).rejects.toThrow('the step is broken');
    expect(run.step).toBe(1);
    broken = false;
    await loop().catch(() => undefined);
  });

  test('a step that reads on the host is run plainly, or refused', async () => {
    const reading: Moves = {
      init: step.init,
      run: (state, batch: Tensor, k) => {
        const factor = batch.dataSync()[0]! > 0 ? 1 : -1;
        return step.run(state, mul(batch, factor), k);
      },
    };
    const plain = await trained(reading, { capture: false });
    const auto = await trained(reading, {});
    expect(auto.losses).toEqual(plain.losses);
    expect(auto.told).toBeInstanceOf(CannotCaptureError);
    expect(String(auto.told)).toContain('reads a tensor on the host');
    await expect(trained(reading, { capture: true })).rejects.toThrow('reads a tensor on the host');
  });

  test('a key drawn from on the host is told, even where the numbers happen to be equal', async () => {
    const drawing: Moves = {
      init: step.init,
      run: (state, batch: Tensor, k) => step.run(state, mul(batch, k[0]! >= 0 ? pick(k) : 1), k),
    };
    const auto = await trained(drawing, {});
    expect(String(auto.told)).toContain('on the host');
    expect(auto.losses).toEqual((await trained(drawing, { capture: false })).losses);
  });

  test('an engine that cannot capture says so only where it is asked to', async () => {
    await setBackend('cpu');
    expect((await trained(step, {})).told).toBe(false);
    await expect(trained(step, { capture: true })).rejects.toThrow("engine 'cpu' cannot capture");
    await setBackend('simd');
  });
});

type Metered = { used: number; allocate: (bytes: number) => number };
type Told = { losses: number[]; state: unknown; told: boolean | CannotCaptureError };

async function trained(
  step: Moves,
  options: Partial<TrainOptions<never, Tensor>>,
  onMove: (run: Run<never>) => void = () => undefined,
): Promise<Told> {
  await using run = train(step, { data: batches(), steps: 10, key: key(3), ...options });
  const losses: number[] = [];
  for await (const { metrics } of run) {
    losses.push(...Object.values(metrics));
    onMove(run);
  }
  return { losses, state: contents(run.state), told: run.captured };
}

/** Batches of these sizes, endlessly of 8 unless told, each made anew and freed afterwards. */
function batches(sizes: readonly number[] = Array(1000).fill(8)): Batches<Tensor> {
  async function* from(cursor: number): AsyncGenerator<Tensor, void, void> {
    for (let i = cursor; i < sizes.length; i++) {
      const batch = tensor(randomNormal(key(i + 100), sizes[i]! * 6), [sizes[i]!, 6]);
      try {
        yield batch;
      } finally {
        batch.dispose();
      }
    }
  }
  return { from, [Symbol.asyncIterator]: () => from(0)[Symbol.asyncIterator]() };
}

function copied(tree: Tree<Tensor>): Tree<Tensor> {
  return mapLeaves<Tensor, Tree<Tensor>>(tree, (leaf) => tensor(leaf.dataSync(), leaf.shape, leaf.dtype));
}

/** 1 for nearly every key. */
function pick(k: Key): number {
  return randomBits(k, 1)[0]! > 0 ? 1 : 2;
}

/** A generator and a discriminator, one after the other, on the same codes. */
function twoPlayers(): unknown {
  const generator = mlp([4, 8, 6]);
  const discriminator = mlp([6, 8, 1]);
  const optimizer = adam(1e-2, { b1: 0.5 });
  type Player = { params: ReturnType<typeof generator.init>; optimizer: ReturnType<typeof optimizer.init> };
  const moved = (player: Player, grad: Player['params'], step: Tensor): Player => {
    const made = optimizer.update(grad, player.optimizer, player.params, step);
    return { params: made.params, optimizer: made.state };
  };
  const fresh = (params: Player['params']): Player => ({ params, optimizer: optimizer.init(params) });
  return {
    init: (k: Key) =>
      scope(() => ({ g: fresh(generator.init(k)), d: fresh(discriminator.init(fold(k, 1))), n: scalar(0) })),
    run: ({ g, d, n }: { g: Player; d: Player; n: Tensor }, x: Tensor, k: Key) =>
      scope(() => {
        const z = normalNoise(fold(k, 7), [x.shape[0]!, 4]);
        const fake = generator.apply(g.params, z);
        const judged = valueAndGrad(
          (params: Player['params']) => ({
            loss: add(
              mean(softplus(neg(discriminator.apply(params, x)))),
              mean(softplus(discriminator.apply(params, fake))),
            ),
          }),
          d.params,
        );
        const next = moved(d, judged.grad, n);
        const made = valueAndGrad(
          (params: Player['params']) => ({
            loss: mean(softplus(neg(discriminator.apply(next.params, generator.apply(params, z))))),
          }),
          g.params,
        );
        return {
          state: { g: moved(g, made.grad, n), d: next, n: add(n, 1) },
          metrics: { loss: made.values.loss, judged: judged.values.loss },
        };
      }),
  };
}
