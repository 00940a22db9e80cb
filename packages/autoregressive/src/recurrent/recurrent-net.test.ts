import { key } from '@genai/core';
import { gru, lstm } from '@genai/nn';
import { normalNoise, owned, scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { sequenceNetLaws } from '@genai/testing/sequence-net-laws';
import { memory } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { recurrentNet } from './recurrent-net.js';

sequenceNetLaws('gru', () => ({ net: recurrentNet(gru(3, 4)) }));
sequenceNetLaws('lstm', () => ({ net: recurrentNet(lstm(3, 4)) }));

test('known answers: it has the widths and the outputs of its layer, and asking leaves nothing over', () => {
  const layer = lstm(3, 5);
  const net = recurrentNet(layer);
  const before = memory().numTensors;
  expect([net.inputs, net.outputs]).toEqual([3, 5]);
  expect(memory().numTensors).toBe(before);
  using params = owned(net.init(key(0)));
  using x = owned(normalNoise(key(1), [2, 4, 3]));
  scope(() =>
    expectClose(net.run(params, x, net.start(params, 2)).output, layer.apply(params, x), { absolute: 0, relative: 0 }),
  );
});

test('errors: no time step, and a state of another batch', () => {
  const net = recurrentNet(gru(3, 4));
  using params = owned(net.init(key(0)));
  using none = owned(normalNoise(key(1), [2, 0, 3]));
  using x = owned(normalNoise(key(1), [2, 4, 3]));
  using state = owned(net.start(params, 2));
  using other = owned(net.start(params, 3));
  expect(() => net.run(params, none, state)).toThrow('gru(3, 4): got no time step, expected [batch, time, inputs].');
  expect(() => net.run(params, x, other)).toThrow('gru(3, 4), the state carried: got shape [3, 4], expected [2, 4].');
});
