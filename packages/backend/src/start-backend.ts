import {
  engine,
  findBackendFactory,
  type KernelBackend,
  registerBackend,
  removeBackend,
  setBackend,
} from '@tensorflow/tfjs-core';
import { withoutStrayHandlers } from './without-stray-handlers.js';

/** Whether TensorFlow.js has started this backend; asking `findBackend` would start it. */
export function isRunning(registeredAs: string): boolean {
  return registeredAs in engine().registry;
}

/**
 * Makes a registered backend the current one.
 *
 * @throws Error with the backend's own reason, which `setBackend` of TensorFlow.js only logs.
 */
export async function startBackend(registeredAs: string): Promise<void> {
  if (!findBackendFactory(registeredAs)) {
    throw new Error(
      `the engine did not register itself as '${registeredAs}'; it was perhaps imported before it could run here`,
    );
  }
  const failure = isRunning(registeredAs) ? undefined : remember(registeredAs);
  const done = await withoutStrayHandlers(() => setBackend(registeredAs));
  if (!done) {
    const cause = failure?.();
    throw new Error(`its start failed: ${(cause as Error | undefined)?.message ?? 'no reason given'}`, { cause });
  }
}

/** Registers the factory anew inside one that keeps what it throws. */
function remember(registeredAs: string): () => unknown {
  const { factory, priority } = engine().registryFactory[registeredAs]!;
  let failure: unknown;
  const listening = (): KernelBackend | Promise<KernelBackend> => {
    try {
      const made = factory();
      if (!('then' in made)) return made;
      return made.then(undefined, (error: unknown) => {
        failure = error;
        throw error;
      });
    } catch (error) {
      failure = error;
      throw error;
    }
  };
  removeBackend(registeredAs);
  registerBackend(registeredAs, listening, priority);
  return () => failure;
}
