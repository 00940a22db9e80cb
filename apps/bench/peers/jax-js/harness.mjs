/**
 * Times a training step of jax-js and prints one JSON line. The arguments are the order, in JSON (seconds, minSteps, batch),
 * and the file to import `@jax-js/jax` from.
 *
 * In jax-js a function consumes the arrays that it is given: `.ref` keeps one for a second use.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [, , json, entry] = process.argv;
const order = JSON.parse(json);

supplyIteratorHelpers();
const jax = await import(pathToFileURL(entry).href);
// Node has no WebGPU for it.
await jax.init('wasm');
jax.defaultDevice('wasm');

export const { nn, numpy: np, random } = jax;

export function batchSize(usual) {
  return order.batch ?? usual;
}

/** Draws keys one after another, without end. */
export function* keys(seed) {
  let [next, key] = random.split(random.key(seed));
  for (;;) {
    yield key;
    [next, key] = random.split(next);
  }
}

/** The parts of `batches`, one after another, without end. */
export function cycle(batches) {
  let i = 0;
  return () => jax.tree.ref(batches[i++ % batches.length]);
}

/** A linear map, its weights and biases of U(−1/√inputs, 1/√inputs) as PyTorch's. */
export function linear(keys, inputs, outputs) {
  const maxval = 1 / Math.sqrt(inputs);
  const draw = (shape) => random.uniform(keys.next().value, shape, { minval: -maxval, maxval });
  return { weight: draw([inputs, outputs]), bias: draw([outputs]) };
}

export function apply({ weight, bias }, x) {
  return np.matmul(x, weight).add(bias);
}

/**
 * The usual step, all of it under one `jit`: one loss, one gradient, one update by Adam or AdamW (`decay`, of matrices only).
 *
 * `loss` is a function of parameters, batch and a key for noise; `next` gives a batch.
 */
export function train({ params, loss, next, warmup, b2 = 0.999, decay = 0, clip }) {
  const count = jax.tree.leaves(params).reduce((sum, { size }) => sum + size, 0);
  const zeros = () => jax.tree.map((leaf) => np.zeros(leaf.shape), params);
  const update = jax.jit(updating(loss, { b1: 0.9, b2, decay, clip }));
  let state = [params, zeros(), zeros()];
  let steps = 0;
  const step = () => {
    steps++;
    const bias = [1 / (1 - 0.9 ** steps), 1 / (1 - b2 ** steps)].map((value) => np.array(value));
    const [value, ...updated] = update(...state, next(), np.array(steps, { dtype: 'uint32' }), bias);
    state = updated;
    // Reading the loss makes jax-js run all that was recorded under this `jit`, the update too. To wait for each array of
    // the state by itself takes it many times as long where there are many.
    return value.dataSync()[0];
  };

  const { seconds, minSteps } = order;
  const start = performance.now();
  const lossFirst = step();
  let lossLast = lossFirst;
  while (steps < warmup && performance.now() - start < seconds * 1000) step();
  const times = [];
  const end = performance.now() + seconds * 1000;
  while (times.length < minSteps || performance.now() < end) {
    const before = performance.now();
    lossLast = step();
    times.push(performance.now() - before);
  }
  const figures = { times, lossFirst, lossLast, steps, params: count };
  const machine = { threads: 1, rssMb: process.resourceUsage().maxRSS / 1024, engine: `jax-js ${version()} (wasm)` };
  console.log(JSON.stringify({ ...figures, ...machine, notes: ['one thread: it has no threads in Node'] }));
}

/** Adam of Kingma and Ba 2015, algorithm 1; decay apart from the gradient as Loshchilov and Hutter 2019 have it. */
function updating(loss, { rate = 1e-3, b1, b2, decay, clip }) {
  const gradient = jax.valueAndGrad(loss);
  return (params, firsts, seconds, batch, seed, [bias1, bias2]) => {
    const [value, raw] = gradient(jax.tree.ref(params), batch, random.key(seed));
    const grads = clip === undefined ? raw : clipped(raw, clip);
    const first = jax.tree.map((m, grad) => m.mul(b1).add(grad.ref.mul(1 - b1)), firsts, grads);
    const second = jax.tree.map((v, grad) => v.mul(b2).add(np.square(grad).mul(1 - b2)), seconds, grads);
    const move = (p, m, v) => {
      const kept = p.ndim > 1 && decay > 0 ? p.mul(1 - rate * decay) : p;
      const by = m.ref.mul(bias1.ref).div(np.sqrt(v.ref.mul(bias2.ref)).add(1e-8));
      return kept.sub(by.mul(rate));
    };
    const moved = jax.tree.map(move, params, first, second);
    for (const used of [bias1, bias2]) used.dispose();
    return [value, moved, first, second];
  };
}

/** The gradients, shortened if their norm, taken together, is above `limit`. */
function clipped(grads, limit) {
  const squares = jax.tree.leaves(grads).map((grad) => np.square(grad.ref).sum());
  const norm = np.sqrt(squares.reduce((sum, square) => sum.add(square)));
  const scale = np.minimum(np.array(limit).div(norm.add(1e-6)), 1);
  const shorter = jax.tree.map((grad) => grad.mul(scale.ref), grads);
  scale.dispose();
  return shorter;
}

function version() {
  return JSON.parse(readFileSync(join(entry, '../../package.json'), 'utf8')).version;
}

/** jax-js maps and filters iterators, which Node does from version 22 on. */
function supplyIteratorHelpers() {
  const iterators = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()));
  iterators.map ??= function* (f) {
    for (const value of this) yield f(value);
  };
  iterators.filter ??= function* (f) {
    for (const value of this) if (f(value)) yield value;
  };
}
