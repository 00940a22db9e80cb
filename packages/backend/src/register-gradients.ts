import { type GradConfig, getGradient, registerGradient } from '@tensorflow/tfjs-core';
import { repairGradients } from './repair-gradients.js';

/** Registers all gradients of TensorFlow.js, once (tfjs-core alone has none), and mends the wrong ones. */
export async function registerGradients(): Promise<void> {
  if (!getGradient('Neg') || !getGradient('Conv2D')) {
    // tools/tfjs-gradients.ts inlines this module when the package is built, as Node cannot import it where it lies, and
    // adds the export, as bundlers drop an import for its effects alone from a package that says it has none.
    const list = (await import('@tensorflow/tfjs-core/dist/register_all_gradients.js')) as {
      readonly gradConfigs?: readonly GradConfig[];
    };
    for (const config of list.gradConfigs ?? []) {
      if (!getGradient(config.kernelName)) registerGradient(config);
    }
  }
  repairGradients();
}
