import { GenaiError, leaves } from '@genai/core';
import type { AdapterParams } from '@genai/nn';
import { expectShape } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { FullConfig } from '../transformer-config.js';
import { type AdaptableMap, adaptableMaps, columnsOf, pathOf } from './adaptable-map.js';
import type { LoraParams, PartAdapters } from './lora.js';

/** Adapters and how much of them is added: `scale` of `lora`, times a weight where several are mixed. */
export interface Adapter {
  readonly params: LoraParams;
  readonly scale: number;
  /** Share of their inputs that is dropped beside the weights in training, where the model is run with a key. Default 0. */
  readonly dropout?: number;
}

/** A part of a map, and what one adapter adds there. */
export interface Addition extends AdapterParams {
  readonly part: string;
  readonly scale: number;
  readonly dropout: number;
}

/** @throws GenaiError unless it is the share of a dropout. */
export function expectDropout(where: string, dropout: number): void {
  if (dropout >= 0 && dropout < 1) return;
  throw new GenaiError(`${where}: dropout must be at least 0 and below 1, got ${dropout}.`);
}

/** What the adapters add to each map. @throws GenaiError that names what does not fit the model. */
export function additionsTo(
  where: string,
  config: FullConfig,
  adapters: Adapter | readonly Adapter[],
): (map: AdaptableMap) => readonly Addition[] {
  const list = 'params' in adapters ? [adapters] : adapters;
  for (const { params, dropout = 0 } of list) {
    expectDropout(where, dropout);
    expectFit(where, config, params);
  }
  return (map) =>
    list.flatMap(({ params, scale, dropout = 0 }) =>
      Object.entries(partsOf(params, map)).map(([part, { a, b }]) => ({ part, a, b, scale, dropout })),
    );
}

function partsOf({ blocks }: LoraParams, { block, layer, name }: AdaptableMap): PartAdapters {
  const maps: { readonly [name: string]: PartAdapters } = blocks[block]?.[layer] ?? {};
  return maps[name] ?? {};
}

function expectFit(where: string, config: FullConfig, params: LoraParams): void {
  const { layers } = config;
  if (params.blocks.length !== layers) {
    throw new GenaiError(
      `${where}: adapters of ${params.blocks.length} blocks, but the model has ${layers}. Pass those made for this model.`,
    );
  }
  const maps = params.blocks.flatMap((_, block) => adaptableMaps(config, block));
  const known = new Map(maps.map((map) => [pathOf(map), map]));
  const held = new Map(leaves<Tensor>(params));
  for (const path of held.keys()) {
    const [, mapPath = '', part = ''] = /^(.*)\.([^.]+)\.[ab]$/.exec(path) ?? [];
    const map = known.get(mapPath);
    const columns = map && columnsOf(map, part);
    if (!columns) throw new GenaiError(`${where}: adapters have "${path}", which is no part of this model.`);
    const [a, b] = ['a', 'b'].map((side) => held.get(`${mapPath}.${part}.${side}`));
    if (!a || !b) throw new GenaiError(`${where}: adapters have "${path}" alone; it takes both, a and b.`);
    const [, rank] = expectShape(`${where}: ${mapPath}.${part}.a`, a, [map.inputs, 'rank']);
    expectShape(`${where}: ${mapPath}.${part}.b`, b, [rank!, columns.size]);
  }
}
