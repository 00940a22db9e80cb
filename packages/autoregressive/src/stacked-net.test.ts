import { GenaiError, key, split } from '@genai/core';
import { dense, dropout, gru, layerNorm, lstm } from '@genai/nn';
import { dropElements, normalNoise, owned, scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { sequenceNetLaws } from '@genai/testing/sequence-net-laws';
import { add, type Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { pointwise } from './pointwise.js';
import { preNorm } from './pre-norm.js';
import { recurrentNet } from './recurrent/recurrent-net.js';
import { residualNet } from './residual-net.js';
import { type Stackable, stackedNet } from './stacked-net.js';

const lower = recurrentNet(lstm(3, 4));
const upper = recurrentNet(gru(4, 4));

sequenceNetLaws('two recurrent layers', () => ({ net: stackedNet([lower, upper], { dropout: 0.5 }) }));
sequenceNetLaws('a deep net of all combinators', () => ({
  net: stackedNet([
    lower,
    residualNet(preNorm(layerNorm(4), upper)),
    pointwise(dense(4, 2), { inputs: 4, outputs: 2 }),
  ]),
}));

describe('stackedNet', () => {
  test('known answers: the layers by hand, with dropout between them and nowhere else', () => {
    const net = stackedNet([lower, upper], { dropout: 0.5 });
    using params = owned(net.init(key(0)));
    using x = owned(normalNoise(key(1), [2, 5, 3]));
    using start = owned(net.start(params, 2));
    scope(() => {
      const below = lstm(3, 4).run(params[0], x).output;
      const above = (y: Tensor): Tensor => gru(4, 4).run(params[1], y).output;
      expectClose(net.run(params, x, start).output, above(below));
      const [, forUpper] = split(key(2)); // of which the first half drops what the upper net sees
      const dropped = dropElements(below, split(forUpper)[0], 0.5);
      expectClose(net.run(params, x, start, key(2)).output, above(dropped));
    });
  });

  test('known answers: residualNet adds, preNorm norms, pointwise applies, each the parameters of its own', () => {
    const block = residualNet(preNorm(layerNorm(4), upper));
    using params = owned(block.init(key(0)));
    using x = owned(normalNoise(key(1), [2, 5, 4]));
    using start = owned(block.start(params, 2));
    scope(() => {
      const normed = layerNorm(4).apply(params.norm, x);
      expectClose(block.run(params, x, start).output, add(x, gru(4, 4).run(params.net, normed).output));
    });
  });

  test('known answers: a key reaches the layers inside', () => {
    const net = stackedNet([residualNet(pointwise(dropout(0.5), { inputs: 3, outputs: 3 }))]);
    using x = owned(normalNoise(key(1), [2, 5, 3]));
    const [plain, noisy, again] = [undefined, key(4), key(4)].map((k) =>
      scope(() => Array.from(net.run([{}], x, [{}], k).output.dataSync())),
    );
    expect(noisy).toEqual(again);
    for (const [i, value] of x.dataSync().entries()) {
      expect(plain![i]).toBeCloseTo(2 * value);
      expect([value, 3 * value].some((v) => Math.abs(v - noisy![i]!) < 1e-6)).toBe(true); // x + 0 or x + x / 0.5
    }
  });

  test('types: parameters and states are typed net by net', () => {
    const net = stackedNet([lower, upper]);
    expectTypeOf(net.init).returns.toExtend<readonly [ReturnType<typeof lower.init>, ReturnType<typeof upper.init>]>();
    expectTypeOf(net.start).returns.toExtend<readonly [{ cell: Tensor }, { hidden: Tensor }]>();
  });

  test.each<[string, () => unknown]>([
    ['stackedNet: needs at least one net, got none.', () => stackedNet([])],
    [
      'stackedNet: net 1 takes 3 inputs, the one before gives 4. Give both one width.',
      () => stackedNet([lower, lower]),
    ],
    ['stackedNet: dropout must be at least 0 and below 1, got 1.', () => stackedNet([lower], { dropout: 1 })],
    ['residualNet: the net takes 3 inputs and gives 4 outputs.', () => residualNet(lower)],
    ['pointwise: outputs must be an integer of at least 1', () => pointwise(dense(3, 4), { inputs: 3, outputs: 0 })],
  ])('errors: %s', (message, make) => {
    expect(make).toThrow(GenaiError);
    expect(make).toThrow(message);
  });

  test('errors: parameters of another stack, and a layer that gives another width than was said', () => {
    using params = owned(lower.init(key(0)));
    using x = owned(normalNoise(key(1), [2, 5, 3]));
    const short: Stackable = stackedNet([lower, upper]);
    expect(() => short.run([params] as never, x, [] as never)).toThrow('stackedNet: got params of 1 nets, expected 2.');
    const wrong = pointwise(dropout(0.5), { inputs: 3, outputs: 4 });
    expect(() => wrong.run({}, x, {})).toThrow(
      'pointwise, what the layer gives: got shape [2, 5, 3], expected [2, 5, 4].',
    );
  });
});
