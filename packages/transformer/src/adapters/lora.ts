import { expectIntegers, GenaiError, type Key, randomUniform, split } from '@genai/core';
import type { AdapterParams } from '@genai/nn';
import { scope } from '@genai/tensor';
import { tensor2d, zeros } from '@tensorflow/tfjs-core';
import type { Transformer } from '../transformer.js';
import { type FullConfig, fullConfig } from '../transformer-config.js';
import { type AdaptableMap, adaptableMaps, columnsOf } from './adaptable-map.js';
import { expectDropout } from './adapter.js';

/** What gets an adapter of its own in each block: a part of a map, or with `qkv` queries, keys and values as one, as GPT-2's files have them. */
export type LoraTarget = 'query' | 'key' | 'value' | 'qkv' | 'output' | 'gate' | 'up' | 'down';

/** The adapters of a map, by the names of its parts; `whole` is added to all of them. */
export type PartAdapters = { readonly [part: string]: AdapterParams };

/** Adapters of a transformer, in the form of its parameters. */
export type LoraParams = {
  readonly blocks: readonly {
    readonly attention?: { readonly qkv?: PartAdapters; readonly output?: PartAdapters };
    readonly feedForward?: { readonly up?: PartAdapters; readonly down?: PartAdapters };
  }[];
};

export interface LoraOptions {
  /** Columns of `a` and rows of `b`: at most as many directions change. */
  readonly rank: number;
  /** What is added is multiplied by `alpha / rank`. Default `rank`. */
  readonly alpha?: number;
  /** Default `['query', 'value']`. */
  readonly targets?: readonly LoraTarget[];
  /** Multiplies by `alpha / √rank` instead, so that high ranks learn as fast as low ones. Default `false`. */
  readonly rankStabilised?: boolean;
  /** Share of what comes into an adapter that is dropped in training, for each part on its own. Default 0. */
  readonly dropout?: number;
}

/** How a transformer is adapted: what {@link lora} makes. */
export interface Lora extends Required<LoraOptions> {
  readonly model: Transformer;
  /** What x · a · b is multiplied by. */
  readonly scale: number;
  /** Fresh adapters, which add nothing yet: `a` is uniform up to 1 / √inputs, `b` is 0. */
  readonly init: (key: Key) => LoraParams;
}

/**
 * Low-rank adaptation: x · W becomes x · W + scale · x · a · b, where only `a` and `b` are learnt.
 *
 * @example
 * const tuning = lora(model, { rank: 8, alpha: 16, targets: ['query', 'value'] });
 * const step = minimize(adapting(nll(model), tuning, base), adamW(2e-4));
 * using whole = owned(merged(model, base, { params: run.state.params, scale: tuning.scale }));
 * @throws GenaiError if the rank is no integer of at least 1, alpha is not finite, dropout is out of range, or the model has no such
 * target.
 * @source Hu et al. 2021, "LoRA: low-rank adaptation of large language models", eq. 3 and section 4.1; Kalajdzievski 2023, "A rank
 * stabilization scaling factor for fine-tuning with LoRA", eq. 2 (`rankStabilised`).
 */
export function lora(
  model: Transformer,
  { rank, alpha = rank, targets = ['query', 'value'], rankStabilised = false, dropout = 0 }: LoraOptions,
): Lora {
  expectIntegers('lora', { rank });
  if (!Number.isFinite(alpha)) throw new GenaiError(`lora: alpha must be a finite number, got ${alpha}.`);
  expectDropout('lora', dropout);
  const full = fullConfig(model.config);
  const chosen = Array.from({ length: full.layers }, (_, block) => chosenParts(full, block, targets));
  return {
    ...{ model, rank, alpha, targets, rankStabilised, dropout },
    scale: alpha / (rankStabilised ? Math.sqrt(rank) : rank),
    init: (key) => {
      const keys = split(key, full.layers);
      return scope(() => ({ blocks: chosen.map((parts, i) => freshBlock(parts, rank, keys[i]!)) }));
    },
  };
}

type Chosen = { readonly map: AdaptableMap; readonly part: string };

function chosenParts(full: FullConfig, block: number, targets: readonly LoraTarget[]): readonly Chosen[] {
  const maps = adaptableMaps(full, block);
  const known = maps.flatMap(({ parts }) => Object.keys(parts));
  const wrong = targets.find((target) => target !== 'qkv' && !known.includes(target));
  if (wrong !== undefined || targets.length === 0) {
    const got = wrong === undefined ? 'no targets' : `the target "${wrong}"`;
    throw new GenaiError(`lora: got ${got}, expected some of ${[...known, 'qkv'].join(', ')}, which this model has.`);
  }
  return maps.flatMap((map) => [
    ...(map.name === 'qkv' && targets.includes('qkv') ? [{ map, part: 'whole' }] : []),
    ...Object.keys(map.parts)
      .filter((part) => targets.includes(part as LoraTarget))
      .map((part) => ({ map, part })),
  ]);
}

function freshBlock(chosen: readonly Chosen[], rank: number, key: Key): LoraParams['blocks'][number] {
  const keys = split(key, chosen.length);
  const made: { [layer: string]: { [name: string]: { [part: string]: AdapterParams } } } = {};
  for (const [i, { map, part }] of chosen.entries()) {
    const { inputs } = map;
    const limit = 1 / Math.sqrt(inputs); // Kaiming's uniform for a slope of √5, as PEFT draws it
    const values = randomUniform(keys[i]!, inputs * rank, { min: -limit, max: limit });
    const maps = made[map.layer] ?? {};
    made[map.layer] = maps;
    const adapter = { a: tensor2d(values, [inputs, rank]), b: zeros([rank, columnsOf(map, part)!.size]) };
    maps[map.name] = { ...maps[map.name], [part]: adapter };
  }
  return made;
}
