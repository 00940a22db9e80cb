import type { Engine } from './engine.js';
import { importFailure } from './import-failure.js';

let version: string | undefined;

/** Plain JavaScript: always there, slow. */
export const cpu: Engine = {
  name: 'cpu',
  registeredAs: 'cpu',
  async load() {
    try {
      version = (await import('@tensorflow/tfjs-backend-cpu')).version_cpu;
    } catch (error) {
      throw importFailure('@tensorflow/tfjs-backend-cpu', error);
    }
  },
  facts: () => ({
    ...(version && { version }),
    device: 'JavaScript',
    threads: 1,
  }),
};
