import { disposeTree, type Key, key, leaves, mapLeaves, randomNormal, type Tree } from '@genai/core';
import { add, concat, gather, memory, reshape, slice, stack, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { gradientSizes } from './gradient-sizes.js';

/** The contract of `@genai/autoregressive`, as far as the laws use it. */
export interface SequenceNetLike<P, S> {
  readonly inputs: number;
  readonly outputs: number;
  readonly init: (key: Key) => P;
  readonly start: (params: P, batch: number) => S;
  readonly run: (params: P, x: Tensor, state: S, key?: Key) => { readonly output: Tensor; readonly state: S };
  readonly step: (params: P, x: Tensor, state: S) => { readonly output: Tensor; readonly state: S };
}

export interface SequenceNetCase<P, S> {
  readonly net: SequenceNetLike<P, S>;
  /** Largest difference allowed between the ways of computing an output. Default 1e-5. */
  readonly tolerance?: number;
  /** Steps of the sequence tried; more than the net can see, so that what it forgets is tried too. Default 7. */
  readonly time?: number;
}

/**
 * The laws of a net along time, as vitest tests: a run equals its steps, and its halves one after the other; no output sees what
 * comes later; rows do not see each other and states can be chosen row by row; every parameter has a gradient; nothing is left over.
 *
 * @example
 * sequenceNetLaws('lstm', () => ({ net: recurrentNet(lstm(3, 4)) }));
 */
export function sequenceNetLaws<P extends Tree<Tensor>, S extends Tree<Tensor>>(
  name: string,
  make: () => SequenceNetCase<P, S>,
): void {
  describe(`laws of a net along time: ${name}`, () => {
    const batch = 3;
    const held = <R>(f: (net: SequenceNetLike<P, S>, params: P, x: Tensor) => R): R => {
      const { net, time = 7 } = make();
      const params = net.init(key(7));
      try {
        return tidy(() => f(net, params, normal(1, [batch, time, net.inputs])) as never);
      } finally {
        disposeTree(params);
      }
    };
    const close = (got: Tensor, want: Tensor, what: string): void => {
      expect(got.shape, what).toEqual(want.shape);
      const a = got.dataSync();
      const b = want.dataSync();
      let worst = 0;
      for (let i = 0; i < a.length; i++) worst = Math.max(worst, Math.abs(a[i]! - b[i]!));
      expect(worst, what).toBeLessThanOrEqual(make().tolerance ?? 1e-5);
    };
    const alike = (got: S, want: S, what: string): void => {
      const other = leaves<Tensor>(want);
      for (const [i, [path, leaf]] of leaves<Tensor>(got).entries())
        close(leaf, other[i]![1], `${what}: state.${path}`);
    };

    test('a run gives what its steps give, one after the other, and ends in the same state', () =>
      held((net, params, x) => {
        const whole = net.run(params, x, net.start(params, batch));
        const outputs: Tensor[] = [];
        let state = net.start(params, batch);
        for (let t = 0; t < x.shape[1]!; t++) {
          const made = net.step(params, at(x, t), state);
          outputs.push(made.output);
          state = made.state;
        }
        close(whole.output, stack(outputs, 1), 'outputs');
        alike(whole.state, state, 'after the last step');
      }));

    test('a run in pieces, the state carried, gives the whole', () =>
      held((net, params, x) => {
        const time = x.shape[1]!;
        const whole = net.run(params, x, net.start(params, batch));
        for (const first of [1, Math.floor(time / 2), time - 1]) {
          const a = net.run(params, slice(x, [0, 0, 0], [batch, first, net.inputs]), net.start(params, batch));
          const b = net.run(params, slice(x, [0, first, 0], [batch, time - first, net.inputs]), a.state);
          close(concat([a.output, b.output], 1), whole.output, `outputs cut after ${first}`);
          alike(b.state, whole.state, `cut after ${first}`);
        }
      }));

    test('no output sees a later input, and each sees its own', () =>
      held((net, params, x) => {
        const time = x.shape[1]!;
        const output = net.run(params, x, net.start(params, batch)).output;
        for (const t of [1, time - 1]) {
          const [before, after] = [
            slice(x, [0, 0, 0], [batch, t, net.inputs]),
            slice(x, [0, t, 0], [batch, time - t, net.inputs]),
          ];
          const moved = net.run(
            params,
            concat([before, add(after, normal(2, after.shape))], 1),
            net.start(params, batch),
          ).output;
          close(
            slice(moved, [0, 0, 0], [batch, t, net.outputs]),
            slice(output, [0, 0, 0], [batch, t, net.outputs]),
            `before ${t}`,
          );
          expect(at(moved, t).dataSync(), `at ${t}`).not.toEqual(at(output, t).dataSync());
        }
      }));

    test('rows stand alone: states chosen row by row go on as they were', () =>
      held((net, params, x) => {
        const rows = tensor([2, 0, 2, 1], [4], 'int32');
        const chosen = (tree: S): S => mapLeaves<Tensor, S>(tree, (leaf) => gather(leaf, rows));
        const first = net.step(params, at(x, 0), net.start(params, batch));
        const next = net.step(params, at(x, 1), first.state);
        const other = net.step(params, gather(at(x, 1), rows), chosen(first.state));
        close(other.output, gather(next.output, rows), 'outputs');
        alike(other.state, chosen(next.state), 'states');
      }));

    test('the gradient of a run reaches every parameter', () => {
      const { net, time = 7 } = make();
      const params = net.init(key(7));
      const x = normal(1, [batch, time, net.inputs]);
      for (const [path, size] of gradientSizes(params, () => net.run(params, x, net.start(params, batch)).output)) {
        expect(size, `the gradient of ${path}`).toBeGreaterThan(0);
        expect(size, `the gradient of ${path}`).toBeLessThan(Number.POSITIVE_INFINITY);
      }
      disposeTree([params, x]);
    });

    test('only outputs and states are left over, and freeing them frees nothing that was given', () => {
      const { net, time = 7 } = make();
      const params = net.init(key(7));
      const start = net.start(params, batch);
      const x = normal(1, [batch, time, net.inputs]);
      const one = tidy(() => at(x, 0));
      const before = memory().numTensors;
      for (const make of [() => net.run(params, x, start), () => net.step(params, one, start)]) {
        const made = make();
        const held = leaves<Tensor>(made.state as Tree<Tensor>).length + 1;
        expect(memory().numTensors - before).toBe(held);
        disposeTree([made.output, made.state as Tree<Tensor>]);
        expect(memory().numTensors).toBe(before);
      }
      disposeTree([params, start, x, one]);
    });
  });
}

/** (batch, time, inputs) at a time: (batch, inputs). */
function at(x: Tensor, t: number): Tensor {
  const [batch, , width] = x.shape as [number, number, number];
  return reshape(slice(x, [0, t, 0], [batch, 1, width]), [batch, width]);
}

function normal(seed: number, shape: readonly number[]): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(randomNormal(key(seed), size), [...shape]);
}
