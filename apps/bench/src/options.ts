import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { PEERS } from './peers.js';
import type { Timed } from './workload.js';
import { TIMED } from './workloads.js';

export interface Options {
  readonly workloads: readonly Timed[];
  readonly peers: readonly string[];
  readonly threads: number;
  readonly backend: string;
  /** Native kernels of our engine: with them, without, each in turn, or whatever the environment says. */
  readonly native: 'on' | 'off' | 'both' | undefined;
  readonly seconds: number;
  readonly rounds: number;
  readonly batch: number | undefined;
  readonly json: boolean;
  readonly write: boolean;
}

export const HELP = `usage: pnpm bench [workload…] [options]

  --peers LIST     what else to time in the same run: ${PEERS.join(', ')} (default: none)
  --threads N      threads for us and for PyTorch (default: all)
  --backend NAME   our engine: simd, wasm, cpu, auto (default: simd)
  --native WHICH   its native kernels: on, off, both (default: on where there are some)
  --seconds S      seconds of a round, for each that is timed (default: 4)
  --rounds N       rounds, in which all take turns (default: 3)
  --batch N        another batch than the usual, for all
  --json           one line of JSON for each workload
  --write          also writes docs/results/performance.md and performance.jsonl
  --source         bundles our sources instead of building the packages
  --no-build       takes packages and kernels as they were built before

workloads: ${TIMED.map(({ name }) => name).join(', ')}`;

/** @throws Error, for the user to read, if an argument is not understood. */
export function readOptions(args: readonly string[]): Options | 'help' {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      peers: { type: 'string', default: '' },
      threads: { type: 'string' },
      backend: { type: 'string', default: 'simd' },
      native: { type: 'string' },
      seconds: { type: 'string', default: '4' },
      rounds: { type: 'string', default: '3' },
      batch: { type: 'string' },
      json: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      source: { type: 'boolean', default: false },
      'no-build': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const peers = values.peers.split(',').filter(Boolean);
  for (const name of peers) expectOneOf('--peers', name, PEERS);
  if (values.native !== undefined) expectOneOf('--native', values.native, ['on', 'off', 'both']);
  for (const name of positionals) {
    expectOneOf(
      'workload',
      name,
      TIMED.map(({ name }) => name),
    );
  }
  return {
    workloads: TIMED.filter(({ name }) => positionals.length === 0 || positionals.includes(name)),
    peers: [...new Set(peers)],
    threads: values.threads === undefined ? availableParallelism() : count('--threads', values.threads),
    backend: values.backend,
    native: values.native as Options['native'],
    seconds: positive('--seconds', values.seconds),
    rounds: count('--rounds', values.rounds),
    batch: values.batch === undefined ? undefined : count('--batch', values.batch),
    json: values.json,
    write: values.write,
  };
}

function expectOneOf(what: string, value: string, known: readonly string[]): void {
  if (!known.includes(value)) throw new Error(`${what}: there is no "${value}". There are: ${known.join(', ')}.`);
}

function count(what: string, text: string): number {
  const value = positive(what, text);
  if (!Number.isInteger(value)) throw new Error(`${what} must be a whole number above 0, got ${text}.`);
  return value;
}

function positive(what: string, text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < Number.POSITIVE_INFINITY)) throw new Error(`${what} must be above 0, got ${text}.`);
  return value;
}
