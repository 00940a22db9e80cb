import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Contender, Program } from './contender.js';
import type { Order } from './measured.js';

/** What can be timed beside our engine. */
export const PEERS: readonly string[] = ['torch', 'tfjs-wasm', 'tfjs-cpu', 'genai-wasm', 'jax-js'];

/** Our engine, or another that `useBackend` takes, in Node. */
export function inNode(
  name: string,
  backend: string,
  { isOurs = false, native, note }: { isOurs?: boolean; native?: 'on' | 'off'; note?: string } = {},
): Contender {
  // The bundle of this file lies beside that of the child.
  const child = join(import.meta.dirname, 'child.js');
  return {
    name,
    isOurs,
    ...(note !== undefined && { note }),
    start: (order) => ({
      command: process.execPath,
      // A stock engine may need minutes for one step.
      args: [child, JSON.stringify({ ...order, backend, minSteps: isOurs ? order.minSteps : 1 } satisfies Order)],
      env: native === undefined ? {} : { GENAI_NATIVE: native },
    }),
  };
}

/** The peer of that name. */
export function peer(name: string): Contender {
  if (name === 'torch') return torch();
  if (name === 'tfjs-wasm') {
    return inNode(name, 'stock-wasm', {
      note: 'the engine as published, with the kernels that it lacks supplied by @genai/backend: without them it has no gradient of convolutions or of gather, and most workloads would not run',
    });
  }
  if (name === 'genai-wasm') {
    return inNode(name, 'wasm', { note: 'the wasm engine with all the kernels that @genai/backend mends or supplies' });
  }
  if (name === 'tfjs-cpu') {
    return inNode(name, 'cpu', { note: 'the stock engine, with the kernels that @genai/backend mends' });
  }
  return { name, isOurs: false, missing: 'no programs for it yet', start: () => ({ command: 'false', args: [] }) };
}

/** PyTorch with its strongest settings: AVX-512 where the processor has it, and the OpenBLAS that shares its threads. */
function torch(): Contender {
  const python = ['python3', '/usr/bin/python3', 'python'].find(
    (command) => spawnSync(command, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0,
  );
  const folder = join(import.meta.dirname, '../peers/torch');
  const program = (order: Order, script: string): Program => ({
    command: python ?? 'python3',
    args: ['-B', '-W', 'ignore', join(folder, `${script}.py`), JSON.stringify(order)],
    env: { OMP_NUM_THREADS: String(order.threads), ...strongest() },
  });
  return {
    name: 'torch',
    isOurs: false,
    ...(python === undefined && { missing: 'no python3 here can import torch (Debian: apt install python3-torch)' }),
    start: (order, { name, torchThreads = order.threads }) =>
      program({ ...order, threads: Math.min(order.threads, torchThreads) }, name),
  };
}

function strongest(): Record<string, string> {
  const settings: Record<string, string> = {};
  const hasAvx512 = existsSync('/proc/cpuinfo') && /\bavx512f\b/.test(readFileSync('/proc/cpuinfo', 'utf8'));
  if (hasAvx512) settings.ATEN_CPU_CAPABILITY = 'avx512';
  const openBlas = openMpBlas();
  if (openBlas) settings.LD_LIBRARY_PATH = [openBlas, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  return settings;
}

/** Debian keeps each build of OpenBLAS in a folder of its own, beside the libraries that the loader knows. */
function openMpBlas(): string | undefined {
  const { stdout } = spawnSync('ldconfig', ['-p'], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${process.env.PATH}:/sbin` },
  });
  const folders = [...(stdout ?? '').matchAll(/=> (.+)$/gm)].map(([, path]) => dirname(path!));
  return [...new Set(folders)]
    .map((folder) => join(folder, folder.endsWith('openblas-openmp') ? '' : 'openblas-openmp'))
    .find((folder) => existsSync(join(folder, 'libopenblas.so.0')));
}
