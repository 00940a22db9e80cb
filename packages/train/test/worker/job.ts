/** The job of the tests: a line through points, on the engine asked for. */
import { key } from '@genai/core';
import { adam } from '../../src/adam.js';
import { minimize } from '../../src/minimize.js';
import { train } from '../../src/train.js';
import { serveTraining } from '../../src/worker/serve-training.js';
import { shuffled, squaredError } from '../regression.js';
import { chooseEngine, type EngineOptions } from './engine.js';

export interface Input extends EngineOptions {
  readonly seed: number;
  readonly steps: number;
}

export const job = serveTraining(
  async ({ seed, steps, ...engine }: Input, { from, signal }) => {
    const threads = await chooseEngine(engine);
    const step = minimize(squaredError, adam(0.02));
    const data = shuffled(key(21), 1e6);
    const run = train(step, { data, steps, key: key(seed), from: from(), signal });
    return Object.assign(run, { threads });
  },
  {
    bias: async (run) => (await run.state.params.bias.data())[0]!,
    threads: (run) => run.threads,
    captured: (run) => run.captured,
    crash: () => process.exit(3),
    hang: () => {
      for (;;);
    },
  },
);
