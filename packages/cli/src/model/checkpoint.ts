import { join } from 'node:path';
import { load, loadConfig, readTensors, type Store } from '@genai/checkpoint';
import { directory } from '@genai/checkpoint/node';
import { key } from '@genai/core';
import { owned, type QuantisedBits, scope } from '@genai/tensor';
import { fromSaved } from '@genai/transformer';
import { UsageError } from '../usage-error.js';
import { describeModel, type ImageConfig } from './families.js';
import type { Described, DescribedText } from './family.js';
import type { TableConfig } from './table/table-config.js';
import type { TableTrainable } from './table/table-trainable.js';
import { decoderConfig } from './text/build-decoder.js';
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
 * @param path - the folder; `shown` names it in messages. With `bits` the large weights of a transformer are held in so many.
 * @throws UsageError if there is no checkpoint, or bits are given for another model; CheckpointMismatchError if the parameters are not of this model.
 */
export async function loadModel(
  path: string,
  shown: string,
  { bits }: { readonly bits?: QuantisedBits | undefined } = {},
): Promise<Loaded> {
  const store = directory(path);
  const described = await readConfig(store, shown);
  if (!described)
    throw new UsageError(`${shown} holds no checkpoint: it has no config.json. Train one with genai train.`);
  const trainable = described.build();
  const params = bits === undefined ? await wholeParams(store, trainable) : await smallParams(store, described, bits);
  const { reads, config } = described;
  const { tokenizer, chat, chatTemplate } = described as Partial<DescribedText>;
  return { reads, config, trainable, params, tokenizer, chat, chatTemplate } as Loaded;
}

async function wholeParams(store: Store, { init }: ReturnType<Described['build']>): Promise<Params> {
  using like = owned(scope(() => ({ params: init(key(0)) })));
  return load(store, like.params);
}

/** Tensor by tensor: neither the parameters nor others of their form are ever whole in float32. */
async function smallParams(store: Store, described: Described, bits: QuantisedBits): Promise<Params> {
  const { reads, config } = described;
  if (reads !== 'text' || !('decoder' in config.parts || 'depth' in config.parts)) {
    throw new UsageError(`${config.preset} is no transformer: leave --bits out.`);
  }
  const decoder = decoderConfig(config.parts, described.tokenizer.vocabulary);
  return (await fromSaved(decoder, readTensors(store), { bits })) as unknown as Params;
}
