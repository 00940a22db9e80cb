/** Trains a VAE on digits off the main thread. The page imports no more of this than its type. */

import { digits } from 'virtual:digits';
import { useBackend } from '@genai/backend';
import { loadRun, opfs, saveRun } from '@genai/checkpoint';
import { key } from '@genai/core';
import { batches, fromArrays } from '@genai/data';
import { owned, scope } from '@genai/tensor';
import { adam, minimize, serveTraining, train } from '@genai/train';
import { denseVae, elbo, vae } from '@genai/vae';

export interface DigitsInput {
  readonly seed: number;
  /** Goes on from what is kept in this browser, if anything is. */
  readonly kept: boolean;
}

const PIXELS = 784;

// #region job
export const job = serveTraining(
  async ({ seed, kept }: DigitsInput, { from, signal }) => {
    await useBackend('auto');
    const model = vae(denseVae({ shape: [PIXELS], hidden: [256], latents: 16 }));
    const step = minimize(elbo(model), adam(1e-3));
    const store = opfs('examples/digits');
    const isKept = kept && (await store.read('state.json')) !== undefined;
    using like = owned(step.init(key(0)));
    const start = from<typeof like>() ?? (isKept ? await loadRun(store, like) : undefined);
    const data = batches(pictures(), { size: 64, key: key(seed) });
    const run = train(step, { data, steps: 20_000, key: key(seed + 1), from: start, signal });
    const keep = async (): Promise<number> => {
      const { step } = run;
      await saveRun(store, run.snapshot());
      return step;
    };
    return Object.assign(run, { model, keep });
  },
  {
    /** `count` pictures drawn from the model, as they are now: brightness from 0 to 1, 784 numbers each. */
    draw: async ({ model, state: { params } }, count: number): Promise<Float32Array> => {
      using drawn = owned(scope(() => model.decode(params, model.prior(params).sample(key(7), [count])).mean()));
      return (await drawn.data<'float32'>()).slice();
    },
    /** Keeps the run in the browser's private file system; answers with its step. */
    keep: ({ keep }) => keep(),
  },
);
// #endregion job

function pictures() {
  const bits = Uint8Array.from(atob(digits), (character) => character.charCodeAt(0));
  const data = Float32Array.from({ length: 8 * bits.length }, (_, i) => (bits[i >> 3]! >> (i & 7)) & 1);
  return fromArrays({ data, shape: [data.length / PIXELS, PIXELS] });
}
