import { backend, env, getBackend, getGradient, getKernelsForBackend, version_core } from '@tensorflow/tfjs-core';
import type { BackendReason } from './backend-unavailable-error.js';
import type { Engine } from './engines/engine.js';
import { originOf } from './kernels/engine-kernel.js';
import { isRunning } from './start-backend.js';
import { TRAINING_KERNELS } from './training-kernels.js';

/** An engine in plain data, for printing. */
export type BackendDescription = {
  /** The name that `useBackend` takes, or TensorFlow.js' own name of an engine that was not chosen through it. */
  readonly name: string;
  /** The version of the engine's package. */
  readonly version: string;
  /** What computes: the GPU adapter, the instruction set, the library. */
  readonly device: string;
  /** A GPU that the processor emulates. */
  readonly software: boolean;
  /** How many threads compute, where the engine knows. */
  readonly threads?: number;
  /** simd: whether the machine's own instructions compute, not WebAssembly. */
  readonly native?: boolean;
  /** simd: the BLAS that computes large products, where `GENAI_BLAS` asks for one. */
  readonly blas?: string;
  /** Bits of a float. */
  readonly floatPrecision: 16 | 32;
  /** The epsilon that TensorFlow.js itself adds on this engine. */
  readonly epsilon: number;
  /** Gradients are registered and no kernel that training needs is missing. */
  readonly trainable: boolean;
  readonly kernels: {
    /** How many kernels are the engine's own. */
    readonly native: number;
    /** The engine's kernels that ours stand in for, because they are slow or wrong. */
    readonly replaced: readonly string[];
    /** The kernels that the engine lacks and we supply. */
    readonly supplied: readonly string[];
    /** The kernels that training may need and nobody has. */
    readonly missing: readonly string[];
  };
  /** The engines that 'auto' tried before this one, and why not them. */
  readonly passedOver: readonly BackendReason[];
  readonly notes: readonly string[];
};

/**
 * Tells what the current engine is and can do.
 *
 * @throws Error if no engine has been chosen.
 *
 * @example
 * await useBackend('auto');
 * console.log(describeBackend()); // { name: 'wasm', device: 'WebAssembly SIMD', trainable: true, … }
 */
export function describeBackend(): BackendDescription {
  const registeredAs = getBackend();
  if (!registeredAs || !isRunning(registeredAs)) {
    throw new Error("describeBackend: no engine is in use. Call `await useBackend('auto')` first.");
  }
  const chosen = remembered.get(registeredAs);
  const facts = chosen?.engine.facts?.();
  const kernels = getKernelsForBackend(registeredAs);
  const names = new Set(kernels.map((kernel) => kernel.kernelName));
  const ofOrigin = (origin: string): string[] =>
    kernels
      .filter((kernel) => originOf(kernel) === origin)
      .map((kernel) => kernel.kernelName)
      .sort();
  const missing = TRAINING_KERNELS.filter((name) => !names.has(name));
  return {
    name: chosen?.engine.name ?? registeredAs,
    version: facts?.version ?? version_core,
    device: facts?.device ?? 'unknown',
    software: facts?.software ?? false,
    ...(facts?.threads !== undefined && { threads: facts.threads }),
    ...(facts?.native !== undefined && { native: facts.native }),
    ...(facts?.blas !== undefined && { blas: facts.blas }),
    floatPrecision: backend().floatPrecision(),
    epsilon: backend().epsilon(),
    trainable: missing.length === 0 && getGradient('Neg') !== undefined,
    kernels: {
      native: ofOrigin('native').length,
      replaced: ofOrigin('replaced'),
      supplied: ofOrigin('supplied'),
      missing,
    },
    passedOver: chosen?.passedOver ?? [],
    notes: [
      ...(chosen ? [] : ['Chosen without useBackend: not proven, and no kernels supplied.']),
      ...(env().getBool('DEBUG') ? ['TensorFlow.js is in debug mode: every kernel is timed and checked.'] : []),
      ...(facts?.notes ?? []),
    ],
  };
}

const remembered = /* @__PURE__ */ new Map<
  string,
  { readonly engine: Engine; readonly passedOver: readonly BackendReason[] }
>();

/** Notes how the engine that is now current was chosen. */
export function remember(engine: Engine, passedOver: readonly BackendReason[]): void {
  remembered.set(engine.registeredAs, { engine, passedOver });
}
