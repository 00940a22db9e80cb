import type { Key } from './key.js';

/** Told what becomes of keys while a function is recorded. */
export interface KeyTrace {
  /** `child` is `fold(parent, data)`. */
  readonly derived: (child: Key, parent: Key, data: number) => void;
  /** Random numbers of `key` were made on the host. */
  readonly drawn: (key: Key) => void;
}

let current: KeyTrace | undefined;

/** Runs `f` while `trace` is told of every key that is derived or drawn from. Only one trace listens at a time. */
export function traceKeys<R>(trace: KeyTrace, f: () => R): R {
  const before = current;
  current = trace;
  try {
    return f();
  } finally {
    current = before;
  }
}

/** The trace that listens now. */
export function keyTrace(): KeyTrace | undefined {
  return current;
}
