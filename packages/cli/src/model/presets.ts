import { suggest } from '../nearest.js';
import { UsageError } from '../usage-error.js';
import type { Parts, Training } from './model-config.js';

/** A model and a way to train it, by name. */
export interface Preset {
  readonly family: 'vae';
  readonly parts: Parts;
  readonly training: Training;
}

const TRAINING: Training = { steps: 2_000, batch: 100, learningRate: 1e-3, seed: 0, beta: 1, freeBits: 0, warmup: 0 };

const PRESETS: ReadonlyMap<string, Preset> = /* @__PURE__ */ new Map<string, Preset>([
  ['vae', { family: 'vae', parts: { kind: 'dense', hidden: [256], latents: 16 }, training: TRAINING }],
  [
    'vae-conv',
    {
      family: 'vae',
      parts: { kind: 'convolutional', width: 16, hidden: [128], latents: 16 },
      training: TRAINING,
    },
  ],
]);

/** @throws UsageError that names the nearest presets. */
export function preset(name: string): Preset {
  const found = PRESETS.get(name);
  if (!found) throw new UsageError(`unknown model "${name}". ${suggest(name, [...PRESETS.keys()])}`);
  return found;
}
