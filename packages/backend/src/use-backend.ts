import { enableProdMode, getBackend, setBackend } from '@tensorflow/tfjs-core';
import { BACKEND_NAMES, type BackendName } from './backend-name.js';
import type { BackendOptions } from './backend-options.js';
import { type BackendReason, BackendUnavailableError } from './backend-unavailable-error.js';
import { type BackendDescription, describeBackend, remember } from './describe-backend.js';
import { engineNamed } from './engines/engines.js';
import { proveEngine } from './prove-engine.js';
import { registerGradients } from './register-gradients.js';
import { isRunning, startBackend } from './start-backend.js';

let last: Promise<unknown> = Promise.resolve();

/**
 * Makes an engine the current one: imports it, registers all gradients, supplies the training kernels that it lacks and
 * proves it by a trial.
 *
 * 'auto' takes the first that can train here: webgpu and webgl in browsers on a real GPU that computes in 32-bit
 * floats, then simd, wasm, node if it is registered already, and cpu. Calls wait for each other. A second call swaps
 * engines: earlier ones stay alive, so their tensors can still be read, used or moved with `toCurrentBackend` of
 * @genai/tensor. When the call fails, the engine that was current stays so, and a later call tries afresh.
 *
 * @throws BackendUnavailableError whose `reasons` say why each engine was passed over.
 *
 * @example
 * const { name, device } = await useBackend('auto');
 * await useBackend('wasm', { wasmPaths: '/assets/wasm/' });
 */
export function useBackend(name: BackendName | 'auto', options: BackendOptions = {}): Promise<BackendDescription> {
  const turn = last.then(() => choose(name, options));
  last = turn.catch(() => {}); // the caller hears of it
  return turn;
}

async function choose(name: BackendName | 'auto', options: BackendOptions): Promise<BackendDescription> {
  const auto = name === 'auto';
  const names = auto ? BACKEND_NAMES : [name];
  if (!auto && !BACKEND_NAMES.includes(name)) {
    const reason = `there is no such engine. Take 'auto' or one of ${BACKEND_NAMES.join(', ')}`;
    throw new BackendUnavailableError(name, [{ name, reason }]);
  }
  enableProdMode(); // no banner, no warnings on the console
  const before = getBackend();
  const reasons: BackendReason[] = [];
  let cause: unknown;
  for (const candidate of names) {
    const engine = engineNamed(candidate);
    try {
      const reason = auto ? await engine.passedOver?.(options) : undefined;
      if (reason !== undefined) {
        reasons.push({ name: candidate, reason });
        continue;
      }
      await engine.load(options);
      await registerGradients();
      await startBackend(engine.registeredAs);
      engine.activated?.();
      await proveEngine();
      remember(engine, reasons);
      return describeBackend();
    } catch (error) {
      cause = error;
      reasons.push({ name: candidate, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  if (before && isRunning(before)) await setBackend(before);
  throw new BackendUnavailableError(name, reasons, { cause });
}
