import { join } from 'node:path';
import { load, loadConfig, type Store } from '@genai/checkpoint';
import { directory } from '@genai/checkpoint/node';
import { key } from '@genai/core';
import { owned, scope } from '@genai/tensor';
import { UsageError } from '../usage-error.js';
import { describeModel } from './families.js';
import type { Described } from './family.js';
import type { Params, Trainable } from './trainable.js';

/** The configuration in a store, checked; undefined if the store has none. `shown` names its folder in messages. */
export async function readConfig(store: Store, shown: string): Promise<Described | undefined> {
  const json = await loadConfig(store);
  return json === undefined ? undefined : describeModel(join(shown, 'config.json'), json);
}

/**
 * A store may hold a model of another program, without a configuration of ours: it is not to be lost.
 *
 * @throws UsageError if a write of ours would take its place.
 */
export async function expectNoModel(store: Store, shown: string): Promise<void> {
  for (const name of ['model.safetensors', 'state.safetensors', 'state.json']) {
    if (await store.read(name)) {
      throw new UsageError(`${shown} holds ${name}, but no config.json to go on with it. Choose another --out.`);
    }
  }
}

/**
 * The model of a checkpoint folder, rebuilt from its `config.json`, with its parameters.
 *
 * @param path - the folder; `shown` names it in messages.
 * @throws UsageError if there is no checkpoint; CheckpointMismatchError if the parameters are not of this model.
 */
export async function loadModel(
  path: string,
  shown: string,
): Promise<Pick<Described, 'config'> & { trainable: Trainable; params: Params }> {
  const store = directory(path);
  const described = await readConfig(store, shown);
  if (!described)
    throw new UsageError(`${shown} holds no checkpoint: it has no config.json. Train one with genai train.`);
  const trainable = described.build();
  using like = owned(scope(() => ({ params: trainable.init(key(0)) })));
  return { config: described.config, trainable, params: await load(store, like.params) };
}
