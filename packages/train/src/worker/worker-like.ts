import { GenaiError } from '@genai/core';

/**
 * What messages can be sent to and come from: a `Worker` of a page or of Node's `worker_threads`, or a `MessagePort`.
 * Methods, so that each of them fits.
 */
export interface WorkerLike {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  /** How Node tells of messages and of the end. */
  on?(event: string, listener: (value: unknown) => void): unknown;
  /** How pages do. */
  addEventListener?(type: string, listener: (event: unknown) => void): void;
  /** Ports begin to tell only then. */
  start?(): void;
  terminate?(): unknown;
  close?(): void;
  ref?(): void;
  unref?(): void;
}

/** One end of a conversation. */
export interface Link {
  readonly post: (message: object, transfer?: readonly ArrayBuffer[]) => void;
  /** Whether this end keeps the process alive (Node). Only a change is passed on: a `terminate` of the caller's holds it too. */
  readonly hold: (alive: boolean) => void;
  /** Ends the other side, and waits for that where it can. Nothing that it said before is told any more. */
  readonly close: () => Promise<void>;
}

/** Listens to `worker`: `received` is told each message, `lost` once why no more will come, unless it was closed here. */
export function connect(
  worker: WorkerLike,
  received: (message: unknown) => void,
  lost: (cause: unknown) => void,
): Link {
  let open = true;
  let held = true; // as Node begins
  const hear = (message: unknown): void => {
    if (open) received(message);
  };
  const end = (cause: unknown): void => {
    if (!open) return;
    open = false;
    lost(cause);
  };
  if (worker.on) {
    worker.on('message', hear);
    worker.on('messageerror', end);
    worker.on('error', end);
    worker.on('exit', (code) => end(new Error(`it ended with exit code ${code}`)));
    worker.on('close', () => end(new Error('its port was closed')));
  } else if (worker.addEventListener) {
    worker.addEventListener('message', (event) => hear((event as MessageEvent).data));
    worker.addEventListener('messageerror', () => end(new Error('a message could not be read')));
    worker.addEventListener('error', (event) => {
      (event as Event).preventDefault(); // it is told to the caller, not to the console
      const { error, message } = event as ErrorEvent;
      end(
        error ??
          new Error(
            message || 'its program could not be loaded (its address, or what it imports: see the network panel)',
          ),
      );
    });
    worker.start?.();
  } else {
    throw new GenaiError('trainIn: expected a Worker (of a page or of worker_threads) or a MessagePort. Return one.');
  }
  return {
    post: (message, transfer = []) => {
      if (open) worker.postMessage(message, [...transfer]);
    },
    hold: (alive) => {
      if (alive === held) return;
      held = alive;
      if (alive) worker.ref?.();
      else worker.unref?.();
    },
    close: async () => {
      open = false;
      if (worker.terminate) await worker.terminate();
      else worker.close?.();
    },
  };
}
