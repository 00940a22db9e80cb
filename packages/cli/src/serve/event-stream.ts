import type { ServerResponse } from 'node:http';

/** An answer in pieces: server-sent events, each of one object. */
export interface EventStream {
  /** Sends one, and waits while the client does not take what it was sent. */
  readonly send: (data: object) => Promise<void>;
  /** Says that these were all, and ends. */
  readonly end: () => void;
}

/** Begins an answer in pieces. The connection is closed where a client takes nothing for `patience` ms. */
export function eventStream(response: ServerResponse, patience: number): EventStream {
  let drained: Promise<void> | undefined; // one for all that wait
  let wake: () => void = () => undefined;
  response.on('drain', () => wake());
  response.on('close', () => wake());
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'x-accel-buffering': 'no', // or nginx would collect pieces
  });
  const drain = async (): Promise<void> => {
    const timer = setTimeout(() => response.destroy(), patience);
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
    clearTimeout(timer);
    drained = undefined;
  };
  return {
    send: async (data) => {
      if (response.destroyed) return; // whoever draws is told by its signal
      if (response.write(`data: ${JSON.stringify(data)}\n\n`)) return;
      drained ??= drain();
      await drained;
    },
    end: () => void response.end('data: [DONE]\n\n'),
  };
}
