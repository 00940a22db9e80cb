import type { ServerResponse } from 'node:http';
import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { eventStream } from './event-stream.js';

/** A response whose client takes what was written when it is told to. */
class SlowResponse extends Writable {
  sent = '';
  take: () => void = () => undefined;

  constructor() {
    super({ highWaterMark: 64 });
  }

  writeHead(): this {
    return this;
  }

  override _write(chunk: Buffer, _encoding: string, taken: () => void): void {
    this.sent += chunk.toString();
    this.take = taken;
  }
}

const slow = (patience: number) => {
  const response = new SlowResponse();
  return { response, events: eventStream(response as unknown as ServerResponse, patience) };
};
const LONG = { text: 'x'.repeat(100) };

test('laws: whoever sends waits while the client does not take what it was sent, however many send', async () => {
  const { response, events } = slow(60_000);
  let done = 0;
  const sends = Array.from({ length: 20 }, async () => {
    await events.send(LONG);
    done++;
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(done).toBe(0);
  expect(response.listenerCount('close') + response.listenerCount('drain')).toBeLessThan(6);
  const taking = setInterval(() => response.take(), 1);
  await Promise.all(sends);
  events.end();
  await new Promise((resolve) => response.on('finish', resolve));
  clearInterval(taking);
  expect(response.sent).toBe(`${`data: ${JSON.stringify(LONG)}\n\n`.repeat(20)}data: [DONE]\n\n`);
});

test('laws: a client that takes nothing is left, and what is sent then goes nowhere', async () => {
  const { response, events } = slow(20);
  await events.send(LONG); // settles when the connection is closed
  expect(response.destroyed).toBe(true);
  await events.send(LONG);
  expect(response.sent.length).toBeLessThan(2 * LONG.text.length);
});
