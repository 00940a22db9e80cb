import '@tensorflow/tfjs-backend-cpu';
import { env, setBackend } from '@tensorflow/tfjs-core';

export interface EngineOptions {
  readonly engine: 'cpu' | 'simd';
  readonly threads?: number;
}

/**
 * What `useBackend` of @genai/backend does, for the engines of these tests alone: programs of workers stay small.
 *
 * @returns how many threads compute.
 */
export async function chooseEngine({ engine, threads = 1 }: EngineOptions): Promise<number> {
  env().set('PROD', true); // no banner
  await import('@tensorflow/tfjs-core/dist/register_all_gradients.js');
  if (engine === 'cpu') {
    await setBackend('cpu');
    return 1;
  }
  // @boundaries-ignore a worker chooses its engine, as an application does
  const { fuseGradients, registerSimd } = await import('../../../simd/src/index.js');
  const description = await registerSimd({ threads, native: false });
  await setBackend('simd');
  fuseGradients();
  return description.threads;
}
