import { mpi } from '../../src/node.js';
import { brokenByUnlikeCalls, brokenLaws } from './collective-laws.js';

/** A process of mpirun, which does what its argument says and writes lines that begin with `told`. */
const [, , task] = process.argv;

const say = (text: unknown): void => {
  process.stdout.write(`told ${JSON.stringify(text)}\n`);
};

try {
  await using ranks = await mpi({ timeout: task === 'rank 1 hangs' ? 1000 : 20_000 });
  if (task === 'laws') say({ size: ranks.size, broken: brokenLaws(ranks) });
  else if (task === 'a trap of WebAssembly') say(trapped());
  else if (task === 'unlike calls') say(brokenByUnlikeCalls(ranks));
  else if (task === 'rank 1 throws') {
    if (ranks.rank === 1) throw new Error('thrown by rank 1');
    ranks.allReduce(new Float32Array(10));
  } else if (task === 'rank 1 aborts') {
    if (ranks.rank === 1) ranks.abort();
    ranks.allReduce(new Float32Array(10));
  } else if (task === 'rank 1 hangs') {
    while (ranks.rank === 1); // alive, and never there
    ranks.allReduce(new Float32Array(10));
  } else if (task === 'rank 1 dies') {
    if (ranks.rank === 1) process.kill(process.pid, 'SIGKILL');
    ranks.allReduce(new Float32Array(10));
  }
} catch (error) {
  say((error as Error).message);
  process.exitCode = 1;
}

/** What a load from beyond the end of a memory throws: V8 turns a signal into that. */
function trapped(): string {
  // (module (memory 1) (func (export "load") (param i32) (result i32) local.get 0 i32.load))
  const bytes = 'AGFzbQEAAAABBgFgAX8BfwMCAQAFAwEAAQcIAQRsb2FkAAAKCQEHACAAKAIACw==';
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(bytes, 'base64')));
  try {
    return String((exports.load as (at: number) => number)(2 ** 20));
  } catch (error) {
    return (error as Error).message;
  }
}
