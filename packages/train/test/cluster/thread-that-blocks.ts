import { within } from '../../src/cluster/mpi/within.js';

/** A process whose thread waits for ever. */
await within(200, 'nobody came', () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
