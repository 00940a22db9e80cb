import { disposeTree, fold, type Key } from '@genai/core';
import { gather, scope } from '@genai/tensor';
import {
  add,
  cast,
  equal,
  expandDims,
  matMul,
  mul,
  reshape,
  sum,
  type Tensor,
  transpose,
  zeros,
} from '@tensorflow/tfjs-core';
import { inContext, type MadeNet, type MadeParams } from './made-net.js';
import type { MaskTables } from './mask-tables.js';
import { featureAt, type GivenValues, pick, put, takenOr } from './one-feature.js';

/** What rows are to be drawn. */
export interface MadeDraw {
  /** A set for each row. */
  readonly masks: Pick<MaskTables, 'sequence' | 'degrees'>;
  readonly key: Key;
  /** (rows, context) */
  readonly context?: Tensor | undefined;
  /** What is known; the order must put it first. */
  readonly given?: GivenValues;
}

/**
 * Draws (rows, features) feature by feature, each row in an order of its own.
 *
 * A hidden unit of degree g is computed once, when the g features that it sees are known: then all that it is made of has been added up,
 * and it is added to what lies above. What is added to a unit later comes too late to count, so no weight need be masked. A feature costs
 * (rows · units) in the first and last layer and a matrix product in between; all rows are computed alike, whatever their sets.
 */
export function drawMade(net: MadeNet, params: MadeParams, { masks, key, context, given }: MadeDraw): Tensor {
  const { features, hidden, emission, activation } = net;
  const { inputs, outputs } = emission;
  const rows = masks.sequence.shape[0]!;
  return scope(() => {
    // Tables whose row i is what feature i needs.
    const into = reshape(params.hidden[0]!.weight, [features, inputs, hidden[0]!]);
    const outOf = reshape(transpose(params.output.weight), [features, outputs, hidden.at(-1)!]);
    const straight = params.direct && reshape(transpose(params.direct.weight), [features, outputs, features * inputs]);
    const bias = reshape(params.output.bias!, [1, features * outputs]);
    const base = reshape(inContext(bias, params.context?.output, context), [-1, features, outputs]); // (rows or 1, …)

    let state: State = {
      sums: params.hidden.map(({ bias }, i) => {
        const start = reshape(bias!, [1, hidden[i]!]);
        return add(zeros([rows, hidden[i]!]), i === 0 ? inContext(start, params.context?.hidden, context) : start);
      }),
      top: zeros([rows, hidden.at(-1)!]),
      seen: zeros([rows, features, inputs]),
      x: zeros([rows, features]),
    };
    for (let t = 0; t < features; t++) {
      const before = state;
      state = scope(() => {
        const { feature, hot } = featureAt(masks.sequence, t);

        const sums: Tensor[] = [];
        let fresh: Tensor | undefined; // the units of one layer that are known from now on, else 0
        for (const [i, layer] of params.hidden.entries()) {
          sums.push(fresh ? add(before.sums[i]!, matMul(fresh, layer.weight)) : before.sums[i]!);
          fresh = mul(activation(sums[i]!), cast(equal(masks.degrees[i]!, t), 'float32'));
        }
        const top = add(before.top, fresh!); // (rows, units)

        let raw = pick(hot, base); // (rows, outputs)
        raw = add(raw, sum(mul(gather(outOf, feature), expandDims(top, 1)), -1));
        if (straight) {
          const all = reshape(before.seen, [rows, 1, features * inputs]);
          raw = add(raw, sum(mul(gather(straight, feature), all), -1));
        }
        const drawn = cast(emission.given(raw).sample(fold(key, t)), 'float32'); // (rows)
        const value = takenOr(drawn, hot, given);

        const sight = emission.seen(value); // (rows, inputs)
        sums[0] = add(sums[0]!, sum(mul(expandDims(sight, -1), gather(into, feature)), 1));
        return {
          sums,
          top,
          seen: straight ? add(before.seen, put(hot, sight)) : before.seen,
          x: add(before.x, put(hot, value)),
        };
      });
      const kept = new Set(tensorsOf(state));
      disposeTree(tensorsOf(before).filter((leaf) => !kept.has(leaf)));
    }
    return state.x;
  });
}

/** What is known after some steps. */
interface State {
  /** What the units of each hidden layer are made of so far: (rows, units). */
  readonly sums: readonly Tensor[];
  /** The units of the last hidden layer that are known, else 0: (rows, units). */
  readonly top: Tensor;
  /** What the net sees of the features that are known, else 0: (rows, features, inputs). */
  readonly seen: Tensor;
  /** (rows, features) */
  readonly x: Tensor;
}

function tensorsOf({ sums, top, seen, x }: State): Tensor[] {
  return [...sums, top, seen, x];
}
