import { describeBackend, useBackend } from '@genai/backend';
import { getKernelsForBackend, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core';

/**
 * The wasm engine of TensorFlow.js as it is published: what `@genai/backend` puts in place of its own kernels is taken out
 * again. What it lacks altogether (the gradients of convolutions and gathers among them) stays supplied, as nothing could
 * be trained without.
 */
export async function useStockWasm(): Promise<void> {
  await import('@tensorflow/tfjs-backend-wasm');
  const stock = getKernelsForBackend('wasm');
  await useBackend('wasm');
  const { replaced } = describeBackend().kernels;
  for (const config of stock) {
    if (!replaced.includes(config.kernelName)) continue;
    unregisterKernel(config.kernelName, 'wasm');
    registerKernel(config);
  }
}
