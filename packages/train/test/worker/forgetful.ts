/** Leaves the loop over a run and forgets to dispose it. */
import { Worker } from 'node:worker_threads';
import { trainIn } from '../../src/worker/train-in.js';
import type { job } from './job.js';

const program = new URL(process.argv[2]!);
const run = trainIn<typeof job>(() => new Worker(program), { input: { engine: 'cpu', seed: 7, steps: 9 } });
for await (const { step } of run) if (step === 5) break;
process.stdout.write(String(run.step));
