import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
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
  return jaxJs();
}

/** jax-js on its WebAssembly, the one device that it has in Node. Not a dependency of ours: whoever wants it installs it. */
function jaxJs(): Contender {
  const folders = [process.env.GENAI_BENCH_JAX, process.env.INIT_CWD, process.cwd(), import.meta.dirname];
  const entry = folders.flatMap((folder) => (folder ? found('@jax-js/jax', folder) : []))[0];
  const programs = join(import.meta.dirname, '../peers/jax-js');
  return {
    name: 'jax-js',
    isOurs: false,
    ...(entry === undefined && {
      missing:
        '@jax-js/jax is not installed (npm install --prefix FOLDER @jax-js/jax, then set GENAI_BENCH_JAX to that folder)',
    }),
    start: (order, { name }) => {
      const program = join(programs, `${name}.mjs`);
      if (!existsSync(program)) throw new Error('no program for this workload');
      return { command: process.execPath, args: [program, JSON.stringify(order), entry ?? ''] };
    },
  };
}

/** The file that a script in `folder` would get by that name, if any. */
function found(name: string, folder: string): string[] {
  try {
    return [createRequire(resolve(folder, 'script.js')).resolve(name)];
  } catch {
    return [];
  }
}

/** PyTorch with its strongest settings: AVX-512 where the processor has it, and the OpenBLAS that shares its threads. */
function torch(): Contender {
  const python = ['python3', '/usr/bin/python3', 'python'].find(
    (command) => spawnSync(command, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0,
  );
  const folder = join(import.meta.dirname, '../peers/torch');
  const program = (order: Order, script: string): Program => ({
    command: python ?? 'python3',
    args: ['-B', '-W', 'ignore', script, JSON.stringify(order)],
    env: { OMP_NUM_THREADS: String(order.threads), ...strongest() },
  });
  return {
    name: 'torch',
    isOurs: false,
    ...(python === undefined && { missing: 'no python3 here can import torch (Debian: apt install python3-torch)' }),
    start: (order, { name, torchThreads = order.threads }) => {
      const script = join(folder, `${name}.py`);
      if (!existsSync(script)) throw new Error('no program for this workload');
      return program({ ...order, threads: Math.min(order.threads, torchThreads) }, script);
    },
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
