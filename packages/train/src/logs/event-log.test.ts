import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { eventFileName, eventLog } from './event-log.js';

// Bytes of TensorBoard's own messages: golden/events.py.
const golden = JSON.parse(readFileSync(new URL('../../golden/events.json', import.meta.url), 'utf8')) as {
  readonly [name: string]: string;
};

test('goldens: the records are, byte for byte, those of TensorBoard', async () => {
  const records: string[] = [];
  const write = (bytes: Uint8Array): unknown => records.push(Buffer.from(bytes).toString('base64'));
  const log = await eventLog(write, { now: () => 1_700_000_000_250 });
  await log.scalars(300, { loss: 1.5, größe: Number.NaN, top: Number.POSITIVE_INFINITY });
  await log.scalars(1, { loss: -2.25 });
  await log.image(7, 'samples', { bytes: Uint8Array.from({ length: 200 }, (_, i) => i), width: 300, height: 2 });
  await log.histogram(8, 'weights', [0.25, -1, 0.25, Number.NaN, -0.5, 2, Number.POSITIVE_INFINITY]);
  await log.text(9, 'note', '**über** 字');
  expect(records).toEqual(['start', 'scalars', 'first', 'image', 'histogram', 'text'].map((name) => golden[name]));
});

test('known answers: the file name holds what TensorBoard looks for, and its time', () => {
  expect(eventFileName(1_700_000_000_250)).toBe('events.out.tfevents.1700000000.genai');
});

test('known answers: a histogram of one value, and of none', async () => {
  const lengths: number[] = [];
  const log = await eventLog((bytes) => lengths.push(bytes.length), { now: () => 0 });
  await log.histogram(0, 'one', [3, 3, 3]);
  await log.histogram(0, 'none', [Number.NaN]);
  expect(lengths[1]).toBe(lengths[2]! - 1); // one bucket each; the tags differ by a letter
});

test('errors: steps that are no counts, pictures without pixels', async () => {
  const log = await eventLog(() => undefined);
  await expect(log.scalars(-1, { loss: 1 })).rejects.toThrow(/step -1/);
  await expect(log.scalars(0.5, { loss: 1 })).rejects.toThrow(/step 0.5/);
  await expect(log.image(1, 'x', { bytes: new Uint8Array(3), width: 0, height: 2 })).rejects.toThrow(/0 × 2/);
});
