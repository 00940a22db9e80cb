import { load, loadConfig, type Store } from '@genai/checkpoint';
import { directory } from '@genai/checkpoint/node';
import type { Tree } from '@genai/core';
import { key } from '@genai/core';
import { owned, scope } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';
import { UsageError } from '../usage-error.js';
import { type BuiltModel, buildModel } from './build-model.js';
import { type ModelConfig, parseModelConfig } from './model-config.js';

/** The configuration in a store, checked; undefined if the store has none. */
export async function readConfig(store: Store): Promise<ModelConfig | undefined> {
  const json = await loadConfig(store);
  return json === undefined ? undefined : parseModelConfig('config.json', json);
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
): Promise<{ config: ModelConfig; model: BuiltModel; params: Tree<Tensor> }> {
  const store = directory(path);
  const config = await readConfig(store);
  if (!config) throw new UsageError(`${shown} holds no checkpoint: it has no config.json. Train one with genai train.`);
  const model = buildModel(config);
  using like = owned(scope(() => model.init(key(0))));
  return { config, model, params: await load(store, like as Tree<Tensor>) };
}
