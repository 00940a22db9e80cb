import { GenaiError, key } from '@genai/core';
import { expectClose } from '@genai/testing/expect-close';
import { dispose, tensor1d, tensor3d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { normalNoise } from '../noise.js';
import { rotary } from './rotary.js';

test('known answers: a quarter turn per position, halves and neighbours; what is behind stays', () => {
  const x = tensor3d([1, 2, 3, 4, 5, 1, 2, 3, 4, 5], [1, 2, 5]);
  const quarter = Math.PI / 2;
  const halves = rotary(x, { width: 5, frequencies: [quarter, 0] });
  const neighbours = rotary(x, { width: 5, frequencies: [quarter, 0], interleaved: true, factor: 2 });
  expectClose(halves, [1, 2, 3, 4, 5, -3, 2, 1, 4, 5]);
  expectClose(neighbours, [2, 4, 6, 8, 5, -4, 2, 6, 8, 5]);
  dispose([x, halves, neighbours]);
});

test('laws: positions may begin anywhere, in each row elsewhere, and products see the difference alone', () => {
  const x = normalNoise(key(0), [2, 3, 8]);
  const options = { width: 4, heads: 1, frequencies: [0.7, 0.1] };
  const behind = tensor1d([5, 5], 'int32');
  const [given, each] = [rotary(x, { ...options, behind: 5 }), rotary(x, { ...options, behind })];
  expectClose(given, each);
  const product = (a: number, b: number): number => {
    const [q, k] = [a, b].map((behind) => rotary(x, { width: 8, frequencies: [0.7, 0.1], behind }));
    const [first, second] = [Array.from(q!.dataSync()), Array.from(k!.dataSync())]; // of the first row and of the second
    dispose([q!, k!]);
    return first.slice(0, 8).reduce((sum, value, i) => sum + value * second[24 + i]!, 0);
  };
  expectClose(product(0, 3), product(90, 93), { absolute: 1e-4 });
  dispose([x, behind, given, each]);
});

test('errors: more heads or frequencies than there are', () => {
  const x = normalNoise(key(0), [1, 2, 8]);
  expect(() => rotary(x, { width: 3, frequencies: [1] })).toThrow(GenaiError);
  expect(() => rotary(x, { width: 4, heads: 3, frequencies: [1] })).toThrow('cannot be parted');
  expect(() => rotary(x, { width: 4, frequencies: [1, 1, 1] })).toThrow('a head has 4');
  x.dispose();
});
