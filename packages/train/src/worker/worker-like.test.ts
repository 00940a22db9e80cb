import { expect, test } from 'vitest';
import { connect, type WorkerLike } from './worker-like.js';

/** A worker of a page, played: `say` is what its events would be. */
function played(): {
  readonly worker: WorkerLike;
  readonly say: (event: Event) => boolean;
  readonly ended: () => boolean;
} {
  const target = new EventTarget();
  let ended = false;
  const worker: WorkerLike = {
    postMessage: () => undefined,
    addEventListener: (type, listener) => target.addEventListener(type, listener),
    terminate: () => {
      ended = true;
    },
  };
  return { worker, say: (event) => target.dispatchEvent(event), ended: () => ended };
}

test('laws: what a worker says after its link was closed, or after its end, is dropped', () => {
  for (const last of ['close', 'error'] as const) {
    const { worker, say, ended } = played();
    const heard: unknown[] = [];
    const link = connect(
      worker,
      (message) => heard.push(message),
      (cause) => heard.push(String(cause)),
    );
    say(new MessageEvent('message', { data: 1 }));
    if (last === 'close') void link.close();
    else say(Object.assign(new Event('error'), { message: 'out of memory' }));
    say(new MessageEvent('message', { data: 2 }));
    say(new Event('error'));
    say(new Event('messageerror'));
    expect(heard).toEqual(last === 'close' ? [1] : [1, 'Error: out of memory']);
    expect(ended()).toBe(last === 'close');
  }
});

test('laws: an error of a worker that is told to its owner does not go to the console', () => {
  const { worker, say } = played();
  connect(
    worker,
    () => undefined,
    () => undefined,
  );
  expect(say(new Event('error', { cancelable: true }))).toBe(false);
});

test('laws: the process is held or let go at a change only, so that a caller who waits for `terminate` is not let go', () => {
  const said: string[] = [];
  const on = (): void => undefined;
  const worker: WorkerLike = {
    postMessage: on,
    on,
    ref: () => said.push('ref'),
    unref: () => said.push('unref'),
  };
  const link = connect(worker, on, on);
  for (const alive of [true, false, false, true, true, false]) link.hold(alive);
  expect(said).toEqual(['unref', 'ref', 'unref']);
});
