import { asyncDispose } from '../disposed-by.js';
import type { Collective } from './collective.js';
import { expectRoot } from './expect-root.js';

/**
 * The collective of one rank, so that a program for many runs without them.
 *
 * @example
 * await using ranks = alone();
 */
export function alone(): Collective {
  return {
    rank: 0,
    size: 1,
    allReduce: () => undefined,
    broadcast: (_, root = 0) => expectRoot('broadcast', root, 1),
    gather: (values, root = 0) => {
      expectRoot('gather', root, 1);
      return [values.slice()];
    },
    barrier: () => undefined,
    abort: () => undefined,
    [asyncDispose()]: async () => undefined,
  };
}
