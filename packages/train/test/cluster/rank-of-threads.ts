import { parentPort, workerData } from 'node:worker_threads';
import { joinThreads } from '../../src/cluster/join-threads.js';
import type { ThreadSeat } from '../../src/cluster/thread-team.js';
import { brokenByUnlikeCalls, brokenLaws } from './collective-laws.js';

/** A rank among worker threads, which does what `task` says. */
const { seat, task, timeout } = workerData as { seat: ThreadSeat; task: string; timeout: number };

try {
  await using ranks = joinThreads(seat, { timeout });
  if (task === 'laws') parentPort!.postMessage(brokenLaws(ranks));
  else if (task === 'unlike calls') parentPort!.postMessage(brokenByUnlikeCalls(ranks));
  else if (task === 'lose rank 1') {
    if (ranks.rank === 1) process.exit(3);
    ranks.barrier();
  } else if (task === 'rank 1 throws') {
    if (ranks.rank === 1) throw new Error('thrown by rank 1');
    ranks.allReduce(new Float32Array(10));
  } else if (task === 'rank 1 aborts') {
    if (ranks.rank === 1) ranks.abort();
    else ranks.allReduce(new Float32Array(200_000));
  }
  parentPort!.postMessage('no error');
} catch (error) {
  parentPort!.postMessage((error as Error).message);
}
