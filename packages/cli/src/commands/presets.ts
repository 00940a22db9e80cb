import type { Io } from '../io.js';
import { FAMILIES } from '../model/families.js';
import { listPresets } from '../model/presets.js';
import type { Outcome } from '../outcome.js';

/** `genai train` without a model: says which there are. */
export async function presets({ json }: { readonly json?: boolean }, io: Io): Promise<Outcome> {
  if (!json) {
    io.stdout.write(`${listPresets()}\nTrain one, for example: genai train vae-conv --data digits --out run\n`);
  }
  const names = FAMILIES.map(({ name, presets }) => [name, Object.keys(presets)]);
  return { details: { presets: Object.fromEntries(names) } };
}
