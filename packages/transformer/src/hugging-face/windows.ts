import type { FullConfig } from '../transformer-config.js';
import type { Fields } from './fields.js';

/** The window of each block by `layer_types`, or for those that `isSliding` says where a config has no such list; 0 is none. */
export function windowsOf(config: Fields, layers: number, isSliding: (layer: number) => boolean): readonly number[] {
  const types = config.texts('layer_types');
  if (types && types.length !== layers) config.refuse('layer_types', `a list of ${layers}, one for each layer`);
  return Array.from({ length: layers }, (_, layer) => {
    const type = types?.[layer] ?? (isSliding(layer) ? SLIDING : FULL);
    if (type === FULL) return 0;
    return type === SLIDING
      ? config.integer('sliding_window')
      : config.refuse('layer_types', `of ${FULL} and ${SLIDING}`);
  });
}

/** The fields that say it: one window, and which blocks have it. */
export function windowFields({ windows }: FullConfig): { readonly [name: string]: unknown } {
  return {
    sliding_window: windows.find((window) => window !== undefined) ?? null,
    layer_types: windows.map((window) => (window === undefined ? FULL : SLIDING)),
  };
}

const SLIDING = 'sliding_attention';
const FULL = 'full_attention';
