import { CAPTURE, type Captured, fold, type Key, key, type TensorLike, type Tree } from '@genai/core';
import {
  add,
  clone,
  dispose,
  engine,
  gather,
  grad,
  keep,
  matMul,
  memory,
  mul,
  ones,
  relu,
  reshape,
  scalar,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { afterEach, expect, test } from 'vitest';
import { startSimd, stopSimd } from '../../test/with-simd.js';
import type { SimdBackend } from '../simd-backend.js';

afterEach(stopSimd);

type Inputs = { w: Tensor; x: Tensor };

/** One move of gradient descent on a little net, with noise of the key. */
function descend({ w, x }: Inputs, k: Key): { w: Tensor; loss: Tensor } {
  const noise = normal(fold(k, 3), x.shape);
  const loss = (weight: Tensor): Tensor => sum(relu(matMul(add(x, mul(noise, 0.1)), weight as never)));
  const g = grad(loss)(w);
  return { w: sub(w, mul(g, scalar(0.01))), loss: loss(w) };
}

test.for([{}, { threads: 1 }, { variant: 'scalar' }] as const)(
  'parity: a replay gives every bit of the plain run: %o',
  async (options) => {
    const backend = await startSimd(options);
    const want = moves(backend, descend, descend);
    const captured = capture(backend, descend);
    const got = moves(backend, descend, captured.run);
    expect(got).toEqual(want);
    expect(captured.captured).toBe(true);
    captured.dispose();
  },
);

test('laws: disposal gives all memory back, and a thousand replays take none', async () => {
  const backend = await startSimd();
  const before = backend.machine.allocator.used;
  const captured = capture(backend, descend);
  moves(backend, descend, captured.run);
  const inputs = someInputs();
  tidy(() => void captured.run(inputs, key(50)));
  const used = backend.machine.allocator.used;
  const { numTensors } = memory();
  for (let i = 0; i < 1000; i++) dispose(captured.run(inputs, fold(key(1), i)));
  expect(captured.captured).toBe(true);
  expect(memory().numTensors).toBe(numTensors);
  expect(backend.machine.allocator.used).toBe(used);
  captured.dispose();
  dispose(inputs);
  expect(backend.machine.allocator.used).toBe(before);
});

test('laws: what a replay gave stays as it was, whatever the next replays do', async () => {
  const backend = await startSimd();
  const captured = capture(backend, descend);
  const inputs = someInputs();
  const made = Array.from({ length: 6 }, (_, i) => captured.run(inputs, fold(key(2), i)));
  const kept = clone(made[3]!.w);
  const values = [...kept.dataSync()];
  dispose(made[3]!);
  for (let i = 0; i < 5; i++) dispose(captured.run(inputs, fold(key(3), i)));
  expect([...kept.dataSync()]).toEqual(values);
  dispose([kept, ...made.flatMap(({ w, loss }, i) => (i === 3 ? [] : [w, loss])), inputs.w, inputs.x]);
  captured.dispose();
});

test('laws: results that are inputs, share data, or are constants are what they are in a plain run', async () => {
  const backend = await startSimd();
  const known = tensor([5, 6]);
  const f = ({ x }: { x: Tensor }): { [name: string]: Tensor } => {
    const y = add(x, 1);
    return { x, clone: clone(x), y, again: reshape(y, [2, 1]), one: tensor([1, 2]), known, other: clone(known) };
  };
  const captured = capture(backend, f);
  const x = tensor([1, 2]);
  for (let i = 0; i < 4; i++) {
    const made = captured.run({ x }, key(i));
    expect(made.x).toBe(x);
    const own = Object.values(made).filter((leaf) => leaf !== x && leaf !== known);
    expect(own.every((leaf) => leaf !== x && !leaf.isDisposed)).toBe(true);
    expect(Object.values(made).map((leaf) => [...leaf.dataSync()])).toEqual([
      [1, 2],
      [1, 2],
      [2, 3],
      [2, 3],
      [1, 2],
      [5, 6],
      [5, 6],
    ]);
    expect(made.again!.shape).toEqual([2, 1]);
    dispose(own);
    if (made.known !== known) dispose(made.known!);
  }
  expect(captured.captured).toBe(true);
  expect([...x.dataSync(), ...known.dataSync()]).toEqual([1, 2, 5, 6]);
  dispose([x, known]);
  captured.dispose();
});

test('laws: other shapes are recorded anew, and both are kept', async () => {
  const backend = await startSimd();
  const f = ({ x }: { x: Tensor }): { y: Tensor } => ({ y: mul(x, scalar(2)) });
  const captured = capture(backend, f);
  const told: unknown[] = [];
  for (const [i, size] of [2, 2, 2, 3, 3, 3, 2, 3].entries()) {
    tidy(() => {
      const x = tensor(Array.from({ length: size }, (_, j) => i + j));
      expect([...captured.run({ x }, key(i)).y.dataSync()]).toEqual([...x.dataSync()].map((v) => 2 * v));
      return undefined as never;
    });
    told.push(captured.captured);
  }
  expect(told).toEqual([false, false, true, false, false, true, true, true]);
  captured.dispose();
});

test.for([
  ['reads a tensor on the host', ({ x }: { x: Tensor }) => ({ y: add(x, x.dataSync()[0]! > 2 ? 1 : 0) })],
  [
    'numbers of the host that are not the same',
    (() => {
      let count = 0;
      return ({ x }: { x: Tensor }) => ({ y: add(x, scalar(count++)) });
    })(),
  ],
  [
    'ops in one run',
    (() => {
      let count = 0;
      return ({ x }: { x: Tensor }) => ({ y: Array.from({ length: ++count }).reduce<Tensor>((y) => add(y, 1), x) });
    })(),
  ],
] as const)('laws: a function that %s is run plainly, with the reason', async ([reason, f]) => {
  const backend = await startSimd();
  const captured = capture(backend, f);
  const x = tensor([1, 2]);
  for (let i = 0; i < 6; i++) dispose(captured.run({ x }, key(i)));
  expect(String(captured.captured)).toContain(reason);
  x.dispose();
  captured.dispose();
});

test('laws: a tensor kept beside the result is told', async () => {
  const backend = await startSimd();
  const aside: Tensor[] = [];
  const captured = capture(backend, ({ x }: { x: Tensor }) => {
    aside.push(keep(mul(x, 3)));
    return { y: add(x, 1) };
  });
  const x = tensor([1, 2]);
  for (let i = 0; i < 6; i++) dispose(captured.run({ x }, key(i)));
  expect(aside.length).toBe(7); // the first run is sketched before
  for (const kept of aside) expect([...kept.dataSync()]).toEqual([3, 6]);
  expect(String(captured.captured)).toContain('keeps a tensor');
  dispose([x, ...aside]);
  captured.dispose();
});

/** Takes more memory, run really, than is allowed before a program is sketched. */
const WIDE = 2 ** 22;
function wide({ x }: { x: Tensor }, k: Key): { y: Tensor; x: Tensor } {
  const far = Array.from({ length: 9 }).reduce<Tensor[]>((all) => [...all, mul(all.at(-1)!, 1.01)], [x]);
  return { y: add(sum(add(far.at(-1)!, far[0]!)), normal(fold(k, 1), [2])), x };
}

test('parity: a large function is captured in its first run, with the numbers of a plain one, in less memory', async () => {
  const backend = await startSimd();
  const { allocator } = backend.machine;
  const x = ones([WIDE]);
  const { allocate } = allocator;
  let most = 0;
  allocator.allocate = (bytes) => {
    const place = allocate.call(allocator, bytes);
    most = Math.max(most, allocator.used);
    return place;
  };
  const before = allocator.used;
  const captured = capture(backend, wide);
  for (let i = 0; i < 4; i++) {
    most = 0;
    const got = captured.run({ x }, key(i));
    expect(captured.captured).toBe(true);
    expect(got.x).toBe(x);
    expect(most - before).toBeLessThan(4 * 4 * WIDE);
    const want = tidy(() => wide({ x }, key(i)));
    expect([...got.y.dataSync()]).toEqual([...want.y.dataSync()]);
    dispose([got.y, want.y]);
  }
  captured.dispose();
  expect(allocator.used).toBe(before);
  expect(memory().numTensors).toBe(1);
  x.dispose();
});

test.for([
  ['reads', (y: Tensor) => add(y, y.dataSync()[0]! > 0 ? 1 : 0)],
  [
    'reads and catches',
    (y: Tensor) => {
      try {
        return add(y, y.dataSync()[0]! > 0 ? 1 : 0);
      } catch {
        return y;
      }
    },
  ],
  [
    'reads later',
    (y: Tensor) => {
      void y.data();
      return y;
    },
  ],
  [
    'throws',
    () => {
      throw new Error('no');
    },
  ],
] as const)('laws: a large function that %s does what it does plainly', async ([, spoil]) => {
  const backend = await startSimd();
  const f = (inputs: { x: Tensor }, k: Key): { y: Tensor } => ({ y: spoil(wide(inputs, k).y) });
  const captured = capture(backend, f);
  const x = ones([WIDE]);
  for (let i = 0; i < 5; i++) {
    const run = (f: (inputs: { x: Tensor }, k: Key) => { y: Tensor }): number[] | string => {
      try {
        const { y } = tidy(() => f({ x }, key(i)));
        const values = [...y.dataSync()];
        y.dispose();
        return values;
      } catch (error) {
        return String(error);
      }
    };
    expect(run(captured.run)).toEqual(run(f));
    expect(captured.captured).not.toBe(true);
  }
  expect(memory().numTensors).toBe(1);
  x.dispose();
  captured.dispose();
});

test('laws: a large function may fill a cache in its first run', async () => {
  const backend = await startSimd();
  const before = backend.machine.allocator.used;
  const cache: Tensor[] = [];
  const f = (inputs: { x: Tensor }, k: Key): { y: Tensor } => {
    if (cache.length === 0) cache.push(keep(mul(ones([2]), 3)), keep(tensor([1, 2])));
    return { y: add(wide(inputs, k).y, mul(cache[0]!, cache[1]!)) };
  };
  const captured = capture(backend, f);
  const x = ones([WIDE]);
  const made = [0, 1, 2, 3, 4].map((i) => captured.run({ x }, key(i)).y);
  expect(captured.captured).toBe(true);
  expect([...cache[0]!.dataSync(), ...cache[1]!.dataSync()]).toEqual([3, 3, 1, 2]);
  for (const [i, y] of made.entries()) {
    const want = tidy(() => f({ x }, key(i)).y);
    expect([...y.dataSync()]).toEqual([...want.dataSync()]);
    want.dispose();
  }
  dispose([x, ...made, ...cache]);
  captured.dispose();
  expect(backend.machine.allocator.used).toBe(before);
});

test('laws: a tensor known from elsewhere may be replaced by another', async () => {
  const backend = await startSimd();
  let known = tensor([1, 2]);
  const captured = capture(backend, ({ x }: { x: Tensor }) => ({ y: add(x, known) }));
  const x = tensor([10, 20]);
  const next = (i: number): number[] =>
    tidy(() => [...captured.run({ x }, key(i)).y.dataSync()] as unknown as Tensor) as unknown as number[];
  for (let i = 0; i < 4; i++) expect(next(i)).toEqual([11, 22]);
  expect(captured.captured).toBe(true);
  known.dispose();
  known = tensor([3, 4]);
  for (let i = 0; i < 4; i++) expect(next(i)).toEqual([13, 24]);
  expect(captured.captured).toBe(true);
  dispose([x, known]);
  captured.dispose();
});

test('laws: what throws while it is recorded leaves nothing behind', async () => {
  const backend = await startSimd();
  const before = backend.machine.allocator.used;
  const captured = capture(backend, ({ x }: { x: Tensor }) => {
    mul(x, 2);
    if (x.size > 1) throw new Error('no');
    return { y: x };
  });
  const x = tensor([1, 2]);
  for (let i = 0; i < 3; i++) expect(() => captured.run({ x }, key(i))).toThrow('no');
  expect(memory().numTensors).toBe(1);
  x.dispose();
  captured.dispose();
  expect(backend.machine.allocator.used).toBe(before);
});

test('parity: kernels borrowed from the cpu engine are run in between', async () => {
  const backend = await startSimd();
  const borrowed = 'Multinomial';
  const f = ({ x }: { x: Tensor }): { y: Tensor } => {
    const drawn = engine().runKernel(borrowed, { logits: x } as never, { numSamples: 5, seed: 3, normalized: false });
    return { y: add(reshape(drawn as Tensor, [10]), reshape(matMul(x as never, ones([3, 5])), [10])) };
  };
  const captured = capture(backend, f);
  for (let i = 0; i < 6; i++) {
    tidy(() => {
      const x = tensor([1, 2, 3, i, 5, 6], [2, 3]);
      expect([...captured.run({ x }, key(i)).y.dataSync()]).toEqual([...f({ x }).y.dataSync()]);
      return undefined as never;
    });
  }
  expect(captured.captured).toBe(true);
  captured.dispose();
});

test('laws: where the numbers decide on a size, a replay is not taken', async () => {
  const backend = await startSimd();
  const f = ({ x }: { x: Tensor }): { y: Tensor } => {
    const [values] = engine().runKernel('Unique', { x } as never, { axis: 0 }) as Tensor[];
    return { y: sum(values!) };
  };
  const captured = capture(backend, f);
  const told: boolean[] = [];
  for (const values of [
    [1, 2, 2],
    [3, 4, 4],
    [5, 6, 5],
    [7, 8, 9],
    [1, 1, 1],
  ]) {
    tidy(() => {
      const x = tensor(values);
      const total = [...new Set(values)].reduce((a, b) => a + b, 0);
      expect(captured.run({ x }, key(told.length)).y.dataSync()[0]).toBe(total);
      return undefined as never;
    });
    told.push(captured.captured === true);
  }
  expect(told).toEqual([false, false, true, false, false]);
  expect(String(captured.captured)).toContain('Unique');
  captured.dispose();
});

test('laws: what a kernel checks, a replay checks again', async () => {
  const backend = await startSimd();
  const expectBelow = (values: Float32Array, most: number): void => {
    if (values.some((x) => x > most)) throw new Error(`above ${most}`);
  };
  const captured = capture(backend, ({ x }: { x: Tensor }) => {
    const y = add(x, 1);
    backend.check(y, expectBelow, 10);
    return { z: mul(y, 2) };
  });
  const x = tensor([1, 2]);
  for (let i = 0; i < 4; i++) dispose(captured.run({ x }, key(i)));
  expect(captured.captured).toBe(true);
  const used = backend.machine.allocator.used;
  const large = tensor([1, 20]);
  expect(() => captured.run({ x: large }, key(9))).toThrow('above 10');
  large.dispose();
  expect(backend.machine.allocator.used).toBe(used);
  x.dispose();
  captured.dispose();
});

test('errors: an index out of range in a replay is told, and leaves nothing behind', async () => {
  const backend = await startSimd();
  const captured = capture(backend, ({ table, rows }: { table: Tensor; rows: Tensor }) => ({
    picked: gather(table, rows as Tensor1D),
  }));
  const table = tensor([1, 2, 3, 4], [4]);
  const good = tensor([3, 0], [2], 'int32');
  for (let i = 0; i < 4; i++) dispose(captured.run({ table, rows: good }, key(i)));
  expect(captured.captured).toBe(true);
  const used = backend.machine.allocator.used;
  const bad = tensor([1, 4], [2], 'int32');
  expect(() => captured.run({ table, rows: bad }, key(9))).toThrow('index 4');
  bad.dispose();
  expect(backend.machine.allocator.used).toBe(used);
  const { picked } = captured.run({ table, rows: good }, key(10));
  expect([...picked.dataSync()]).toEqual([4, 1]);
  dispose([picked, table, good]);
  captured.dispose();
});

test('laws: inside a gradient the function itself is run', async () => {
  const backend = await startSimd();
  const captured = capture(backend, ({ x }: { x: Tensor }) => ({ y: sum(mul(x, x)) }));
  const x = tensor([1, 2]);
  for (let i = 0; i < 4; i++) dispose(captured.run({ x }, key(i)));
  const g = grad((x) => captured.run({ x }, key(9)).y)(x);
  expect([...g.dataSync()]).toEqual([2, 4]);
  dispose([x, g]);
  captured.dispose();
});

test('laws: strings among inputs or results stay as they are', async () => {
  const backend = await startSimd();
  const captured = capture(backend, ({ s, x }: { s: Tensor; x: Tensor }) => ({
    s,
    y: add(x, 1),
    t: tensor(['a', 'b']),
  }));
  const [s, x] = [tensor(['p', 'q', 'r']), tensor([1, 2])];
  for (let i = 0; i < 5; i++) {
    const made = captured.run({ s, x }, key(i));
    expect([...(made.t.dataSync() as unknown as string[]), ...(made.s.dataSync() as unknown as string[])]).toEqual([
      ...'abpqr',
    ]);
    dispose([made.y, made.t]);
  }
  dispose([s, x]);
  captured.dispose();
});

function capture<I extends Tree<TensorLike>, R extends Tree<TensorLike>>(
  backend: SimdBackend,
  f: (inputs: I, key: Key) => R,
): Captured<I, R> {
  return backend[CAPTURE](f);
}

function someInputs(): Inputs {
  return {
    w: tensor([1, -2, 0.5, 0.25, -1, 3], [3, 2]),
    x: tensor(
      new Float32Array(12).map((_, i) => i - 5),
      [4, 3],
    ),
  };
}

/** The losses of ten moves, and the last weight. */
function moves(
  backend: SimdBackend,
  f: typeof descend,
  run: (inputs: Inputs, k: Key) => ReturnType<typeof f>,
): number[][] {
  const inputs = someInputs();
  const told: number[][] = [];
  for (let i = 0; i < 10; i++) {
    const { w, loss } = engine().tidy(() => run(inputs, fold(key(9), i)) as never) as unknown as ReturnType<typeof f>;
    told.push([...backend.readSync(loss.dataId)] as number[], [...backend.readSync(w.dataId)] as number[]);
    dispose([inputs.w, loss]);
    inputs.w = w;
  }
  dispose(inputs);
  return told;
}

function normal(k: Key, shape: readonly number[]): Tensor {
  return engine().runKernel('GenaiRandom', {}, { kind: 'normal', key: [...k], shape }) as Tensor;
}
