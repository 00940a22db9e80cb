import { GenaiError, key } from '@genai/core';
import { owned, scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { sequenceNetLaws } from '@genai/testing/sequence-net-laws';
import { square, sum, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import golden from '../../golden/min-recurrent.json' with { type: 'json' };
import { minGru } from './min-gru.js';
import { minLstm } from './min-lstm.js';
import { positive } from './positive.js';

describe.each([
  { name: 'minGru', make: minGru, want: golden.minGru },
  { name: 'minLstm', make: minLstm, want: golden.minLstm },
])('$name', ({ name, make, want }) => {
  sequenceNetLaws(name, () => ({ net: make(3, 4) }));

  test('goldens: states and gradients of the log-space version in PyTorch', () => {
    const net = make(3, 4);
    using tree = owned(
      scope(() => {
        const params = { input: { weight: tensor(want.weight), bias: tensor(want.bias) } };
        const { values, grad } = valueAndGrad((params) => {
          const { output } = net.run(params, tensor(golden.x), net.start(params, 2));
          return { loss: sum(square(output)), output };
        }, params);
        return { output: values.output, ...grad.input };
      }),
    );
    expectClose(tree.output, want.output, { absolute: 1e-5 });
    expectClose(tree.weight, want.slopes.weight, { absolute: 1e-4 });
    expectClose(tree.bias, want.slopes.bias, { absolute: 1e-4 });
  });

  test('known answers: gates of ±1000 keep or write whole, and candidates of ±1000 stay finite and positive', () => {
    const net = make(1, 2);
    const gates = want.bias.length / 4 - 1;
    const run = (gate: readonly number[], candidate: number): number[] => {
      using made = owned(
        scope(() => {
          const bias = tensor([...gate, candidate].flatMap((x) => [x, x]));
          const params = { input: { weight: zeros([1, 2 * (gates + 1)]), bias } };
          return net.run(params, zeros([1, 3, 1]), net.start(params, 1));
        }),
      );
      return [...made.output.dataSync()];
    };
    const [keep, write] =
      gates === 1
        ? [[-1000], [1000]]
        : [
            [1000, -1000],
            [-1000, 1000],
          ];
    expect(run(keep!, 1000)).toEqual(new Array(6).fill(0.5)); // g(0), the state at the start
    expectClose(run(write!, 1000), new Array(6).fill(1000.5));
    expectClose(run(write!, -1), new Array(6).fill(1 / (1 + Math.E)));
  });

  test('errors: sizes, inputs, states and no time', () => {
    expect(() => make(3, 0)).toThrow(`${name}(3, 0): width must be an integer of at least 1, got 0.`);
    const net = make(3, 4);
    using held = owned({
      params: net.init(key(0)),
      x: zeros([2, 3]),
      none: zeros([2, 0, 3]),
      wrong: zeros([2, 5]),
      start: zeros([2, 4]),
    });
    const run = (x: Tensor, hidden: Tensor) => () => net.run(held.params, x, { hidden });
    expect(run(held.x, held.start)).toThrow(`${name}(3, 4): got shape [2, 3], expected [batch, time, 3].`);
    expect(run(held.none, held.start)).toThrow(GenaiError);
    expect(() => net.step(held.params, held.wrong, { hidden: held.start })).toThrow('expected [batch, 3]');
    expect(() => net.step(held.params, held.x, { hidden: held.wrong })).toThrow('the state carried: got shape [2, 5]');
  });
});

test('known answers: positive and its slope, on both sides of 0 and at it', () => {
  using tree = owned(
    scope(() => {
      const { values, grad } = valueAndGrad(
        (x: Tensor) => ({ loss: sum(positive(x)), value: positive(x) }),
        tensor([-200, -1, 0, 2]),
      );
      return { value: values.value, grad };
    }),
  );
  const low = 1 / (1 + Math.E);
  expectClose(tree.value, [0, low, 0.5, 2.5]);
  expectClose(tree.grad, [0, low * (1 - low), 1, 1]);
});
