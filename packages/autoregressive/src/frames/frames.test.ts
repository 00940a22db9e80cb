import { disposeTree, type Key, key, type Tree } from '@genai/core';
import { dense, gru } from '@genai/nn';
import { normalNoise, owned, scope, valueAndGrad } from '@genai/tensor';
import { distributionLaws } from '@genai/testing/distribution-laws';
import { expectClose } from '@genai/testing/expect-close';
import { gradientSizes } from '@genai/testing/gradient-sizes';
import {
  exp,
  memory,
  mul,
  scalar,
  slice,
  squeeze,
  sum,
  type Tensor,
  tensor,
  tensor1d,
  tensor2d,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { nll } from '../nll.js';
import { recurrentNet } from '../recurrent/recurrent-net.js';
import { sequences } from '../sequences.js';
import { bernoulliFrames } from './bernoulli-frames.js';
import type { FrameDistribution } from './frame-distribution.js';
import { type FrameModel, frameModel } from './frame-model.js';
import { type NadeFramesParams, nadeFrames } from './nade-frames.js';

const net = recurrentNet(gru(2, 4));
const independentNotes = frameModel({ features: 2, net });
const chords = frameModel({
  features: 2,
  net: recurrentNet(gru(3, 4)),
  embed: dense(2, 3),
  emission: nadeFrames(4, 2, { hidden: 3 }),
});
const frames = (): Tensor => tensor([1, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 0], [2, 3, 2]); // (batch, time, features)

for (const [name, model] of [
  ['independent notes', independentNotes],
  ['chords of a NADE', chords],
] as unknown as [string, FrameModel<Tree<Tensor>, Tree<Tensor>, FrameDistribution>][]) {
  describe(`laws: a model of frames, ${name}`, () => {
    test('a run gives the distributions of its steps, whole or in pieces', () => {
      const params = model.init(key(0));
      scope(() => {
        const at = (t: number): Tensor => squeeze(slice(frames(), [0, t, 0], [2, 1, 2]), [1]);
        const { next, state } = model.run(params, frames(), model.start(params, 2));
        expect([next.batchShape, next.eventShape]).toEqual([[2, 3], [2]]);
        const other = tensor([0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1], [2, 3, 2]);
        const whole = next.logProb(other); // (batch, time)
        let stepped = model.start(params, 2);
        for (let t = 0; t < 3; t++) {
          const made = model.step(params, at(t), stepped);
          stepped = made.state;
          const one = made.next.logProb(squeeze(slice(other, [0, t, 0], [2, 1, 2]), [1]));
          expectClose(one, squeeze(slice(whole, [0, t], [2, 1]), [1]), { absolute: 1e-6 });
        }
        const first = model.run(params, slice(frames(), [0, 0, 0], [2, 1, 2]), model.start(params, 2));
        const rest = model.run(params, slice(frames(), [0, 1, 0], [2, 2, 2]), first.state);
        expectClose(rest.next.logProb(slice(other, [0, 1, 0], [2, 2, 2])), slice(whole, [0, 1], [2, 2]), {
          absolute: 1e-6,
        });
        expect(Object.keys(state)).toEqual(['net']);
      });
      disposeTree(params);
    });

    test('the probabilities of all sequences of two frames sum to 1', () => {
      const params = model.init(key(1));
      scope(() => {
        const all = Array.from({ length: 16 }, (_, n) => [8, 4, 2, 1].map((bit) => Number((n & bit) > 0)));
        const logP = sequences(model, { length: 2 })
          .given(params)
          .logProb(tensor(all.flat(), [16, 2, 2]));
        expect(sum(exp(logP)).dataSync()[0]).toBeCloseTo(1, 5);
        expect(Math.max(...logP.dataSync()) - Math.min(...logP.dataSync())).toBeGreaterThan(0.1);
      });
      disposeTree(params);
    });

    test('every parameter has a gradient', () => {
      const params = model.init(key(2));
      const [batch, step] = [frames(), scalar(0)];
      for (const [path, size] of gradientSizes(params, () => nll(model).loss(params, batch, key(3), step).loss)) {
        expect(size, path).toBeGreaterThan(0);
      }
      disposeTree([params, batch, step]);
    });

    test('a step and what is drawn from it leave nothing but what they give', () => {
      const params = model.init(key(0));
      const state = model.start(params, 2);
      const element = model.begin!(2);
      const before = memory().numTensors;
      const made = scope(() => {
        const { next, state: after } = model.step(params, element, state);
        return { frame: next.sample(key(1)), state: after };
      });
      expect(memory().numTensors - before).toBe(2); // a frame, a hidden state
      disposeTree([made, params, state, element]);
    });
  });
}

distributionLaws('frames of a NADE', () => {
  const emission = nadeFrames(2, 3, { hidden: 2 });
  return {
    params: () => ({ emission: emission.init(key(4)), output: normalNoise(key(5), [2, 2]) }),
    given: ({ emission: params, output }: { emission: NadeFramesParams; output: Tensor }) =>
      emission.given(params, output),
    support: { values: [0, 1] },
    reparameterised: [],
    valueAndGrad,
  };
});

distributionLaws('independent notes', () => {
  const emission = bernoulliFrames(2, 3);
  return {
    params: () => ({ emission: emission.init(key(4)), output: normalNoise(key(5), [2, 2]) }),
    given: ({ emission: params, output }: { emission: ReturnType<typeof emission.init>; output: Tensor }) =>
      emission.given(params, output),
    support: { values: [0, 1] },
    reparameterised: [],
    valueAndGrad,
  };
});

describe('parity', () => {
  test("log-probabilities and gradients of a NADE's frames are those of a loop in PyTorch", () => {
    // f(shape, s) = sin(0.7 · arange(size) + s); double precision; weights and context y as below, notes x
    // c = y @ hiddenWeight + hiddenBias; b = y @ visibleWeight + visibleBias; a = c; lp = 0
    // for i in range(3): logit = b[:, i] + sigmoid(a) @ output[i]; lp += x[:, i] * logsigmoid(logit) + (1 - x[:, i]) * logsigmoid(-logit)
    //   a = a + x[:, i:i+1] * input[i]
    // (lp * tensor([1, 2])).sum().backward()
    const f = (shape: readonly number[], start: number): Tensor => {
      const size = shape.reduce((a, b) => a * b, 1);
      return tensor(
        Array.from({ length: size }, (_, i) => Math.sin(0.7 * i + start)),
        [...shape],
      );
    };
    using all = owned({
      emission: {
        weights: { input: f([3, 2], 4), output: f([3, 2], 5) },
        visible: { weight: f([2, 3], 2), bias: f([3], 3) },
        hidden: { weight: f([2, 2], 0), bias: f([2], 1) },
      },
      output: f([2, 2], 6),
    });
    const x = tensor2d([1, 0, 1, 0, 1, 1], [2, 3]);
    const weights = tensor1d([1, 2]);
    const logP = ({ emission, output }: typeof all): Tensor =>
      nadeFrames(2, 3, { hidden: 2 }).given(emission, output).logProb(x);
    scope(() => expectClose(logP(all), [-2.985522, -2.070408], { absolute: 2e-6 }));
    const { values, grad } = valueAndGrad((p: typeof all) => ({ loss: sum(mul(logP(p), weights)) }), all);
    const close = (got: Tensor, want: readonly number[]): void => expectClose(got, want, { absolute: 3e-6 });
    close(grad.emission.hidden.weight, [0.281467, 0.163846, 0.286681, 0.146398]);
    close(grad.emission.hidden.bias!, [0.281496, 0.12585]);
    close(grad.emission.visible.weight, [-0.660734, 1.151279, 0.932601, -0.124606, 0.989997, 1.380266]);
    close(grad.emission.visible.bias!, [0.356844, 0.812515, 1.731396]);
    close(grad.emission.weights.input, [0.114837, 0.040236, 0.233346, 0.084446, 0, 0]);
    close(grad.emission.weights.output, [0.23765, 0.197517, 0.782481, 0.880236, 1.212, 1.370916]);
    close(grad.output, [0.441771, -0.759981, -0.131409, -1.176949]);
    disposeTree([x, weights, values, grad]);
  });
});

describe('known answers', () => {
  test('completed frames keep what is known, and draw the rest given it', () => {
    for (const emission of [bernoulliFrames(2, 3), nadeFrames(2, 3, { hidden: 2 })]) {
      scope(() => {
        const params = emission.init(key(8));
        const next = emission.given(params as never, normalNoise(key(9), [400, 2]));
        const drawn = next.complete(key(1), tensor1d([1, 0, 0]), tensor1d([1, 1, 0])).arraySync() as number[][];
        expect(drawn.every(([low, middle]) => low === 1 && middle === 0)).toBe(true);
        const high = drawn.reduce((n, frame) => n + frame[2]!, 0);
        // What is known comes first, so the last note has its exact conditional: p(1, 0, 1) / (p(1, 0, 0) + p(1, 0, 1)).
        const [off, on] = [0, 1].map((note) => exp(next.logProb(tensor1d([1, 0, note]))).arraySync() as number[]) as [
          number[],
          number[],
        ];
        const rates = on.map((p, i) => p / (p + off[i]!));
        const [mean, variance] = rates.reduce(([m, v], p) => [m + p, v + p * (1 - p)], [0, 0]);
        expect(Math.abs(high - mean)).toBeLessThan(4 * Math.sqrt(variance));
      });
    }
  });

  test('without a begin the first frame is only given; dropout acts with a key alone', () => {
    const model = frameModel({ features: 2, net, dropout: 0.5, begin: false });
    expect(model.begin).toBeUndefined();
    const params = model.init(key(0));
    scope(() => {
      const logits = (noise?: Key): Tensor =>
        model.run(params, frames(), model.start(params, 2), noise).next.base.logits;
      expectClose(logits(), logits());
      expectClose(logits(key(1)), logits(key(1)));
      expect(logits(key(1)).dataSync()).not.toEqual(logits().dataSync());
    });
    disposeTree(params);
  });
});

describe('errors', () => {
  test('nets and frames of other sizes', () => {
    expect(() => frameModel({ features: 3, net })).toThrow(/the net takes 2 numbers, frames have 3. .* embed/);
    expect(() => frameModel({ features: 0, net })).toThrow(/features must be an integer of at least 1/);
    expect(() => nadeFrames(2, 3, { hidden: 0 })).toThrow(/hidden must be an integer of at least 1/);
    const params = independentNotes.init(key(0));
    scope(() => {
      const start = independentNotes.start(params, 2);
      expect(() => independentNotes.run(params, tensor2d([[1, 0]]), start)).toThrow(/expected \[batch, time, 2\]/);
      expect(() => independentNotes.step(params, tensor1d([1, 0]), start)).toThrow(/expected \[batch, 2\]/);
    });
    disposeTree(params);
  });
});
