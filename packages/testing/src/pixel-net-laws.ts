import { disposeTree, GenaiError, type Key, key, leaves, mapLeaves, randomNormal, type Tree } from '@genai/core';
import { add, gather, memory, reshape, slice, stack, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { gradientSizes } from './gradient-sizes.js';

/** The contract of `@genai/autoregressive`, as far as the laws use it. */
export interface PixelNetLike<P, S> {
  readonly channels: number;
  readonly outputs: number;
  readonly context: number;
  readonly init: (key: Key) => P;
  readonly run: (params: P, x: Tensor, context?: Tensor, key?: Key) => Tensor;
  readonly start: (
    params: P,
    size: { readonly batch: number; readonly height: number; readonly width: number },
    context?: Tensor,
  ) => S;
  readonly step: (
    params: P,
    before: Tensor | undefined,
    place: { readonly row: number; readonly column: number },
    state: S,
  ) => { readonly output: Tensor; readonly state: S };
  readonly kindOf?: (place: { readonly row: number; readonly column: number }) => string;
}

export interface PixelNetCase<P, S> {
  readonly net: PixelNetLike<P, S>;
  /** Largest difference allowed between the ways of computing an output. Default 1e-5. */
  readonly tolerance?: number;
  /** Height and width of the pictures tried. Default 5 × 6, not square, so that rows and columns are told apart. */
  readonly size?: readonly [height: number, width: number];
  /** Whether an output sees every pixel before it; `false` for nets with a blind spot or a short reach. Default `true`. */
  readonly seesAll?: boolean;
}

/**
 * The laws of a net of pictures, as vitest tests: a run equals its pixels one by one, and places of one kind are one function; no output sees its own pixel or a later one,
 * and, unless told otherwise, each sees all before; rows of a batch stand alone; the context is felt, a wrong one refused; every parameter has a
 * gradient; nothing is left over.
 *
 * @example
 * pixelNetLaws('pixelCnn', () => ({ net: pixelCnn({ width: 4, layers: 2 }), seesAll: false }));
 */
export function pixelNetLaws<P extends Tree<Tensor>, S extends Tree<Tensor>>(
  name: string,
  make: () => PixelNetCase<P, S>,
): void {
  describe(`laws of a net of pictures: ${name}`, () => {
    const batch = 3;
    const { net, size: [height, width] = [5, 6], tolerance = 1e-5, seesAll = true } = make();
    const size = { batch, height, width };
    const shape = [batch, height, width, net.channels];
    const context = (seed = 2): Tensor | undefined => (net.context ? normal(seed, [batch, net.context]) : undefined);
    const held = <R>(f: (params: P, x: Tensor) => R): R => {
      const params = net.init(key(7));
      try {
        return tidy(() => f(params, normal(1, shape)) as never);
      } finally {
        disposeTree(params);
      }
    };
    const close = (got: Tensor, want: Tensor, what: string): void => {
      expect(got.shape, what).toEqual(want.shape);
      const [a, b] = [got.dataSync(), want.dataSync()];
      expect(a.every(Number.isFinite), `${what} are finite`).toBe(true);
      let worst = 0;
      for (let i = 0; i < a.length; i++) worst = Math.max(worst, Math.abs(a[i]! - b[i]!));
      expect(worst, what).toBeLessThanOrEqual(tolerance);
    };

    /** Whether two outputs, read, differ at a place in any picture. */
    const feels = (a: ArrayLike<number>, b: ArrayLike<number>, place: number): boolean => {
      for (let i = 0; i < batch * net.outputs; i++) {
        const picture = Math.floor(i / net.outputs);
        const at = (picture * height * width + place) * net.outputs + (i % net.outputs);
        if (a[at] !== b[at]) return true;
      }
      return false;
    };

    test('a run gives what its pixels give, one by one', () =>
      held((params, x) => {
        const outputs: Tensor[] = [];
        let state = net.start(params, size, context());
        let before: Tensor | undefined;
        for (let t = 0; t < height * width; t++) {
          const place = { row: Math.floor(t / width), column: t % width };
          const made = net.step(params, before, place, state);
          outputs.push(made.output);
          state = made.state;
          before = pixel(x, t);
        }
        const whole = net.run(params, x, context());
        expect(whole.shape).toEqual([batch, height, width, net.outputs]);
        close(reshape(stack(outputs, 1), whole.shape), whole, 'outputs');
      }));

    test('an output sees no pixel but those before it, and whatever it should see of them', () =>
      held((params, x) => {
        const outputs = net.run(params, x, context());
        for (let t = 0; t < height * width; t++) {
          const moved = net.run(params, add(x, only(t, shape)), context());
          const [a, b] = [outputs.dataSync(), moved.dataSync()];
          for (let place = 0; place < height * width; place++) {
            const beside = place === t + 1 && place % width > 0; // what any net sees
            if (place <= t) expect(feels(a, b, place), `pixel ${place} feels ${t}`).toBe(false);
            else if (seesAll || beside) expect(feels(a, b, place), `pixel ${place} feels ${t}`).toBe(true);
          }
        }
      }));

    if (net.kindOf) {
      test('places of one kind are one function, of tensors whose shapes stay the same', () =>
        held((params, x) => {
          const shapesOf = (state: S): string[] =>
            leaves<Tensor>(state as Tree<Tensor>).map(([path, { shape }]) => `${path}: ${shape}`);
          const first = new Map<string, { readonly row: number; readonly column: number }>();
          let { state } = net.step(params, undefined, { row: 0, column: 0 }, net.start(params, size, context()));
          const shapes = shapesOf(state);
          for (let t = 1; t < height * width; t++) {
            const place = { row: Math.floor(t / width), column: t % width };
            const kind = net.kindOf!(place);
            if (!first.has(kind)) first.set(kind, place);
            const before = pixel(x, t - 1);
            const made = net.step(params, before, place, state);
            const other = net.step(params, before, first.get(kind)!, state);
            expect(other.output.dataSync(), `pixel ${t}`).toEqual(made.output.dataSync());
            expect(shapesOf(made.state), `pixel ${t}`).toEqual(shapes);
            state = made.state;
          }
          expect(first.size).toBeLessThan(height * width - 1);
        }));
    }

    test('rows stand alone: states chosen row by row go on as they were', () =>
      held((params, x) => {
        const rows = tensor([2, 0, 2, 1], [4], 'int32');
        const first = net.step(params, undefined, { row: 0, column: 0 }, net.start(params, size, context()));
        const next = { row: 0, column: 1 };
        const chosen = mapLeaves<Tensor, S>(first.state, (leaf) => gather(leaf, rows));
        const one = net.step(params, pixel(x, 0), next, first.state);
        const other = net.step(params, gather(pixel(x, 0), rows), next, chosen);
        close(other.output, gather(one.output, rows), 'outputs');
      }));

    if (net.context > 0) {
      test('the context is felt at every pixel, the first too', () =>
        held((params, x) => {
          const [a, b] = [context(2), context(3)].map((context) => net.run(params, x, context).dataSync());
          for (let place = 0; place < height * width; place++) {
            expect(feels(a!, b!, place), `pixel ${place}`).toBe(true);
          }
        }));
    }

    test('a context that is missing, needless or too narrow is refused', () =>
      held((params, x) => {
        for (const wrong of [net.context ? undefined : normal(2, [batch, 1]), normal(2, [batch, net.context + 1])]) {
          expect(() => net.run(params, x, wrong)).toThrow(GenaiError);
          expect(() => net.run(params, x, wrong)).toThrow('context');
          expect(() => net.start(params, size, wrong)).toThrow('context');
        }
      }));

    test('the gradient of a run reaches every parameter', () => {
      const params = net.init(key(7));
      const [x, c] = [normal(1, shape), context()];
      for (const [path, size] of gradientSizes(params, () => net.run(params, x, c))) {
        expect(size, `the gradient of ${path}`).toBeGreaterThan(0);
        expect(size, `the gradient of ${path}`).toBeLessThan(Number.POSITIVE_INFINITY);
      }
      disposeTree([params, x, ...(c ? [c] : [])]);
    });

    test('only outputs and states are left over, and freeing them frees nothing that was given', () => {
      const params = net.init(key(7));
      const [x, c] = [normal(1, shape), context()];
      const before = memory().numTensors;
      const whole = net.run(params, x, c);
      expect(memory().numTensors - before).toBe(1);
      whole.dispose();
      const start = net.start(params, size, c);
      const count = (state: S): number => leaves<Tensor>(state as Tree<Tensor>).length;
      expect(memory().numTensors - before).toBe(count(start));
      const pixels = Array.from({ length: width }, (_, t) => tidy(() => pixel(x, t)));
      const states = [start];
      const outputs: Tensor[] = [];
      for (let t = 0; t <= width; t++) {
        const place = { row: Math.floor(t / width), column: t % width };
        const made = net.step(params, pixels[t - 1], place, states.at(-1)!);
        states.push(made.state);
        outputs.push(made.output);
      }
      const held = states.reduce((sum, state) => sum + count(state), 0) + outputs.length + pixels.length;
      expect(memory().numTensors - before).toBe(held);
      disposeTree([...states, ...outputs, ...pixels] as Tree<Tensor>);
      expect(memory().numTensors).toBe(before);
      disposeTree([params, x, ...(c ? [c] : [])]);
    });
  });
}

/** (batch, height, width, channels) at a place: (batch, channels). */
function pixel(x: Tensor, t: number): Tensor {
  const [batch, , width, channels] = x.shape as [number, number, number, number];
  return tidy(() =>
    reshape(slice(x, [0, Math.floor(t / width), t % width, 0], [batch, 1, 1, channels]), [batch, channels]),
  );
}

/** Zeros, but for every channel of one place. */
function only(t: number, shape: readonly number[]): Tensor {
  const [, height, width, channels] = shape as [number, number, number, number];
  const size = shape.reduce((a, b) => a * b, 1);
  const values = Float32Array.from({ length: size }, (_, i) =>
    Math.floor(i / channels) % (height * width) === t ? 3 : 0,
  );
  return tensor(values, [...shape]);
}

function normal(seed: number, shape: readonly number[]): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(randomNormal(key(seed), size), [...shape]);
}
