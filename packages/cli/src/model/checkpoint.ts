import { join } from 'node:path';
import { load, loadConfig, type Store } from '@genai/checkpoint';
import { directory } from '@genai/checkpoint/node';
import { key } from '@genai/core';
import { owned, scope } from '@genai/tensor';
import { UsageError } from '../usage-error.js';
import { describeModel, type ImageConfig } from './families.js';
import type { Described, DescribedText } from './family.js';
import type { TableConfig } from './table/table-config.js';
import type { TableTrainable } from './table/table-trainable.js';
import { tokenizerIn } from './text/kept-tokenizer.js';
import type { TextConfig } from './text/text-config.js';
import type { TextTrainable } from './text/text-trainable.js';
import type { Params, Trainable } from './trainable.js';

/** The configuration in a store, checked; undefined if the store has none. `shown` names its folder in messages. */
export async function readConfig(store: Store, shown: string): Promise<Described | undefined> {
  const json = await loadConfig(store);
  return json === undefined ? undefined : describeModel(join(shown, 'config.json'), json, tokenizerIn(store));
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

/** A model as it was kept, with its parameters, which the caller owns. */
export type Loaded =
  | {
      readonly reads: 'images';
      readonly config: ImageConfig;
      readonly trainable: Trainable;
      readonly params: Params;
    }
  | {
      readonly reads: 'table';
      readonly config: TableConfig;
      readonly trainable: TableTrainable;
      readonly params: Params;
    }
  | {
      readonly reads: 'text';
      readonly config: TextConfig;
      readonly trainable: TextTrainable;
      readonly params: Params;
      readonly tokenizer: DescribedText['tokenizer'];
      readonly chat: DescribedText['chat'];
      readonly chatTemplate: DescribedText['chatTemplate'];
    };

/**
 * The model of a checkpoint folder, rebuilt from its `config.json`, with its parameters.
 *
 * @param path - the folder; `shown` names it in messages.
 * @throws UsageError if there is no checkpoint; CheckpointMismatchError if the parameters are not of this model.
 */
export async function loadModel(path: string, shown: string): Promise<Loaded> {
  const store = directory(path);
  const described = await readConfig(store, shown);
  if (!described)
    throw new UsageError(`${shown} holds no checkpoint: it has no config.json. Train one with genai train.`);
  const trainable = described.build();
  using like = owned(scope(() => ({ params: trainable.init(key(0)) })));
  const params = await load(store, like.params);
  const { reads, config } = described;
  const { tokenizer, chat, chatTemplate } = described as Partial<DescribedText>;
  return { reads, config, trainable, params, tokenizer, chat, chatTemplate } as Loaded;
}
