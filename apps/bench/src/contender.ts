import type { Order } from './measured.js';
import type { Options } from './options.js';
import type { Timed } from './workload.js';

/** One that is timed: our engine, or a peer. */
export interface Contender {
  /** How tables and JSON name it. */
  readonly name: string;
  readonly isOurs: boolean;
  /** What a reader must know to judge its figures. */
  readonly note?: string;
  /** Why it cannot be timed here at all. */
  readonly missing?: string;
  /** How to start it, in a process of its own. */
  readonly start: (order: Order, workload: Timed) => Program;
}

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** What one round asks of a contender. */
export function orderFor(workload: Timed, backend: string, options: Options): Order {
  const { threads, seconds, batch } = options;
  return { workload: workload.name, backend, threads, seconds, minSteps: 3, ...(batch !== undefined && { batch }) };
}
