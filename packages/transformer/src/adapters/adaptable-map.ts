import type { ProjectionParams } from '@genai/nn';
import type { BlockParams } from '../model/block.js';
import type { TransformerParams } from '../transformer.js';
import type { FullConfig } from '../transformer-config.js';

/** A map of a block that adapters may be added to. */
export interface AdaptableMap {
  readonly block: number;
  readonly layer: 'attention' | 'feedForward';
  readonly name: 'qkv' | 'output' | 'up' | 'down';
  readonly inputs: number;
  /** How many outputs each part has; they stand side by side in this order. */
  readonly parts: { readonly [part: string]: number };
}

/** The maps of block `block`. */
export function adaptableMaps(config: FullConfig, block: number): readonly AdaptableMap[] {
  const { width, hidden, heads, keyHeads, headWidth, gated } = config;
  const [queries, keys] = [heads * headWidth, keyHeads * headWidth];
  const up: { readonly [part: string]: number } = gated ? { gate: hidden, up: hidden } : { up: hidden };
  return [
    { block, layer: 'attention', name: 'qkv', inputs: width, parts: { query: queries, key: keys, value: keys } },
    { block, layer: 'attention', name: 'output', inputs: queries, parts: { output: width } },
    { block, layer: 'feedForward', name: 'up', inputs: width, parts: up },
    { block, layer: 'feedForward', name: 'down', inputs: hidden, parts: { down: width } },
  ];
}

/** Where some part of a map stands among its outputs; `whole` is all of them. `undefined` if it has no such part. */
export function columnsOf(
  { parts }: AdaptableMap,
  part: string,
): { from: number; size: number; all: number } | undefined {
  const all = Object.values(parts).reduce((sum, size) => sum + size, 0);
  if (part === 'whole') return { from: 0, size: all, all };
  let from = 0;
  for (const [name, size] of Object.entries(parts)) {
    if (name === part) return { from, size, all };
    from += size;
  }
  return undefined;
}

/** The dotted path of a map in the parameters, and of its adapters in theirs. */
export function pathOf({ block, layer, name }: AdaptableMap): string {
  return `blocks.${block}.${layer}.${name}`;
}

/** The parameters with other ones for each map that adapters may be added to; all else is as it was. */
export function mapAdaptable(
  config: FullConfig,
  params: TransformerParams,
  f: (projection: ProjectionParams, map: AdaptableMap) => ProjectionParams,
): TransformerParams {
  const blocks = params.blocks.map((block, i) => {
    const made: { [layer: string]: { [name: string]: unknown } } = { ...block };
    for (const map of adaptableMaps(config, i)) {
      const layer = made[map.layer]!;
      made[map.layer] = { ...layer, [map.name]: f(layer[map.name] as ProjectionParams, map) };
    }
    return made as unknown as BlockParams;
  });
  return { ...params, blocks };
}
