import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Launched, started } from './launch.js';

/** Two hosts on this machine: network namespaces that one cable joins, each with a name of its own. */
export interface Hosts extends AsyncDisposable {
  /** Starts a program as two ranks, one on each host, which have nothing but TCP between them. */
  readonly launch: (launcher: string, args: readonly string[]) => Launched;
  /** Pulls the cable out, or puts it back in. */
  readonly plug: (isIn: boolean) => Promise<void>;
  /** Ends all that still runs on them. */
  readonly clear: () => void;
}

/** Why there can be no such hosts here; undefined if there can. */
export function whyNoHosts(): string | undefined {
  const name = `genai-${process.pid}-try`;
  try {
    ip('netns', 'add', name);
  } catch (error) {
    return (error as Error).message.trim().split('\n').at(-1);
  }
  ip('netns', 'del', name);
  return undefined;
}

const ADDRESSES = ['10.77.0.1', '10.77.0.2'] as const;

export async function hosts(): Promise<Hosts> {
  const [a, b] = ['a', 'b'].map((end) => ({ space: `genai-${process.pid}-${end}`, end: `g${process.pid}${end}` })) as [
    Host,
    Host,
  ];
  const folder = await mkdtemp(join(tmpdir(), 'genai-hosts-'));
  const agent = join(folder, 'agent.sh');
  // What MPI takes for ssh: options, a host, a command.
  const lines = [
    '#!/bin/sh',
    'while case "$1" in -*) true;; *) false;; esac; do shift; done',
    'shift',
    `exec ${on(b)
      .map((word) => `'${word}'`)
      .join(' ')} "$*"`,
    '',
  ];
  await writeFile(agent, lines.join('\n'));
  await chmod(agent, 0o755);
  for (const { space } of [a, b]) ip('netns', 'add', space);
  ip('link', 'add', a.end, 'netns', a.space, 'type', 'veth', 'peer', 'name', b.end, 'netns', b.space);
  for (const [i, { space, end }] of [a, b].entries()) {
    ip('-n', space, 'addr', 'add', `${ADDRESSES[i]}/24`, 'dev', end);
    ip('-n', space, 'link', 'set', 'lo', 'up');
    ip('-n', space, 'link', 'set', end, 'up');
  }
  await carried([a, b]);
  const clear = (): void => {
    for (const { space } of [a, b]) {
      const pids = ip('netns', 'pids', space).split('\n').filter(Boolean).map(Number);
      for (const pid of pids) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // has ended meanwhile
        }
      }
    }
  };
  return {
    launch: (launcher, args) => {
      const words = [launcher, ...flagsOf(launcher, agent, a.end), '-np', '2', process.execPath, ...args];
      const [command, ...rest] = on(a);
      return started(command, [...rest, words.join(' ')], { UCX_TLS: 'tcp,self' }); // not by the memory that they share after all
    },
    plug: async (isIn) => {
      ip('-n', b.space, 'link', 'set', b.end, isIn ? 'up' : 'down');
      if (isIn) await carried([a, b]);
    },
    clear,
    [Symbol.asyncDispose]: async () => {
      clear();
      for (const { space } of [a, b]) ip('netns', 'del', space);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

type Host = { readonly space: string; readonly end: string };

/** Waits until both ends of the cable say that it carries: a library that looks before takes them for dead. */
async function carried(ends: readonly Host[]): Promise<void> {
  const isUp = ({ space, end }: Host): boolean => ip('-n', space, 'link', 'show', end).includes('state UP');
  for (let waited = 0; !ends.every(isUp); waited += 20) {
    if (waited > 10_000) throw new Error('the cable between the hosts never carried');
    await delay(20);
  }
}

/** The words before a command of the shell that is to run on a host, under its name. */
function on({ space, end }: Host): [command: string, ...args: string[]] {
  return ['ip', 'netns', 'exec', space, 'unshare', '--uts', 'sh', '-c', `hostname ${end}; eval "exec $0"`];
}

function flagsOf(launcher: string, agent: string, device: string): string[] {
  if (!launcher.includes('openmpi')) {
    return ['-launcher', 'ssh', '-launcher-exec', agent, '-iface', device, '-hosts', ADDRESSES.join(',')];
  }
  const settings = {
    plm_rsh_agent: agent,
    btl: 'tcp,self',
    btl_tcp_if_include: '10.77.0.0/24',
    oob_tcp_if_include: '10.77.0.0/24',
  };
  return [
    ...Object.entries(settings).flatMap(([name, value]) => ['--mca', name, value]),
    ...['--bind-to', 'none'], // both would have the first core of this machine, each of its own host
    ...['--host', ADDRESSES.map((address) => `${address}:1`).join(',')],
  ];
}

function ip(...args: readonly string[]): string {
  return execFileSync('ip', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
