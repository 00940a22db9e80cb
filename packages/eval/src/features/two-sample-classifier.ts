import { disposeTree, expectIntegers, GenaiError, type Key, mapTrees } from '@genai/core';
import { type DenseParams, mlp } from '@genai/nn';
import { scope, softplus, valueAndGrad } from '@genai/tensor';
import {
  add,
  div,
  mean,
  mul,
  reshape,
  sqrt,
  square,
  sub,
  type Tensor,
  tensor1d,
  tensor2d,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { breathing } from '../breathing.js';
import { neighboursOf } from '../nearest-neighbours.js';
import type { Rows } from '../points.js';
import { standardiser } from './standardiser.js';

/** Learns from labelled rows, 0 or 1, to tell others, as a value for {@link classifierTwoSample}. */
export interface TwoSampleClassifier {
  /** For the signature. */
  readonly settings: { readonly [name: string]: string | number };
  /** The label of each of `asked`. */
  readonly classify: (known: Rows, labels: Uint8Array, asked: Rows, key: Key) => Promise<Uint8Array>;
}

/**
 * The label that most of the nearest rows have, of equally many that of the nearest. By default there are √count of them, an odd number.
 *
 * @throws GenaiError unless `neighbours` is an integer of at least 1.
 */
export function byNeighbours(neighbours?: number): TwoSampleClassifier {
  if (neighbours !== undefined) expectIntegers('byNeighbours', { neighbours });
  return {
    settings: { classifier: 'neighbours', neighbours: neighbours ?? 'root' },
    classify: async (known, labels, asked) => {
      const root = Math.floor(Math.sqrt(known.count));
      const count = Math.min(known.count, neighbours ?? root - ((root + 1) % 2));
      const nearest = await neighboursOf(asked, known, Math.max(1, count));
      return Uint8Array.from(nearest, ({ indices }) => {
        const ones = indices.reduce((sum, row) => sum + labels[row]!, 0);
        return 2 * ones === indices.length ? labels[indices[0]!]! : Number(2 * ones > indices.length);
      });
    },
  };
}

export interface ByNetOptions {
  /** Hidden units; 0 for logistic regression. Default 20. */
  readonly width?: number;
  /** Steps of Adam on all rows at once. Default 200. */
  readonly steps?: number;
  /** Default 0.01. */
  readonly learningRate?: number;
}

/**
 * A net of one hidden layer of ReLUs on standardised rows, trained on the engine.
 *
 * @throws GenaiError unless `steps` is an integer of at least 1 and `width` one of at least 0; when used, if no engine is ready to train.
 * @source Lopez-Paz and Oquab 2017, "Revisiting classifier two-sample tests", section 5.
 */
export function byNet({ width = 20, steps = 200, learningRate = 0.01 }: ByNetOptions = {}): TwoSampleClassifier {
  expectIntegers('byNet', { steps });
  expectIntegers('byNet', { width }, 0);
  if (!(learningRate > 0)) throw new GenaiError(`byNet: learningRate must be above 0, got ${learningRate}.`);
  return {
    settings: { classifier: 'net', width, steps, learningRate },
    classify: async (known, labels, asked, key) => {
      const breath = breathing();
      const net = mlp(width > 0 ? [known.width, width, 1] : [known.width, 1]);
      const scaled = standardiser(known);
      const standardised = (rows: Rows): Tensor => tensor2d(Float32Array.from(scaled(rows)), [rows.count, rows.width]);
      const [x, y] = scope(() => [standardised(known), tensor1d(labels, 'float32')] as const); // (rows, width), (rows)
      let state = scope(() => begin(net.init(key)));
      try {
        for (let step = 1; step <= steps; step++) {
          const next = scope(() => {
            const { grad } = valueAndGrad((params: Params) => {
              const logits = reshape(net.apply(params, x), [-1]); // (rows)
              return { loss: mean(sub(softplus(logits), mul(y, logits))) as Tensor }; // −log p(label), in nats
            }, state.params);
            return adamStep(state, grad, step, learningRate);
          });
          disposeTree(state);
          state = next;
          if (breath.due()) await breath.take();
        }
        const logits = scope(() => net.apply(state.params, standardised(asked))); // (asked, 1)
        try {
          return Uint8Array.from(await logits.data(), (logit) => Number(logit > 0));
        } finally {
          logits.dispose();
        }
      } finally {
        disposeTree(state);
        x.dispose();
        y.dispose();
      }
    },
  };
}

type Params = readonly DenseParams[];
type State = { readonly params: Params; readonly first: Params; readonly second: Params };

function begin(params: Params): State {
  const zeros = (): Params => mapTrees((leaf: Tensor) => zerosLike(leaf), params);
  return { params, first: zeros(), second: zeros() };
}

/** Kingma and Ba 2015, algorithm 1. */
function adamStep(state: State, grad: Params, step: number, learningRate: number): State {
  const first: Params = mapTrees((m: Tensor, g: Tensor) => add(mul(m, 0.9), mul(g, 0.1)) as Tensor, state.first, grad);
  const second: Params = mapTrees(
    (v: Tensor, g: Tensor) => add(mul(v, 0.999), mul(square(g), 0.001)) as Tensor,
    state.second,
    grad,
  );
  const rate = (learningRate * Math.sqrt(1 - 0.999 ** step)) / (1 - 0.9 ** step);
  const params: Params = mapTrees(
    (p: Tensor, m: Tensor, v: Tensor) => sub(p, div(mul(m, rate), add(sqrt(v), 1e-8))) as Tensor,
    state.params,
    first,
    second,
  );
  return { params, first, second };
}
