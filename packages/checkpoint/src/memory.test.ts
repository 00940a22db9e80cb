import { storeLaws } from '@genai/testing/store-laws';
import { expect, test } from 'vitest';
import { memory } from './memory.js';

storeLaws('memory', () => ({ store: memory() }));

test('files given at the start are there, as copies, also of a Node Buffer', async () => {
  const given = Buffer.from([1, 2, 3]);
  const store = memory({ 'config.json': given });
  given[0] = 9;
  expect(await store.read('config.json')).toEqual(new Uint8Array([1, 2, 3]));
});
