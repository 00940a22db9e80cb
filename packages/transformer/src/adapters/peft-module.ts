import { GenaiError } from '@genai/core';
import type { Transformer } from '../transformer.js';

/** Where PEFT and the adapters here keep the same: the name of a module within a block, and the part of a map. */
export interface PeftModule {
  readonly module: string;
  readonly layer: 'attention' | 'feedForward';
  readonly map: 'qkv' | 'output' | 'up' | 'down';
  readonly part: string;
}

/** How the modules of a family of models are named. */
export interface PeftNames {
  /** Of block 0, 1, …, before its number. */
  readonly blocks: string;
  /** Its maps are `Conv1D`, (inputs, outputs): PEFT must be told. */
  readonly fanInFanOut: boolean;
  readonly modules: readonly PeftModule[];
}

/** The names of a model: GPT-2's where positions are learnt, else Llama's, which most later models have too. */
export function peftNames({ config }: Transformer): PeftNames {
  return config.positions.kind === 'learned' ? GPT2 : LLAMA;
}

/** The module whose adapters stand at this place. @throws GenaiError if PEFT has none. */
export function moduleAt(names: PeftNames, { layer, map, part }: Omit<PeftModule, 'module'>): PeftModule {
  const found = names.modules.find((module) => module.layer === layer && module.map === map && module.part === part);
  if (found) return found;
  const parts = names.modules.filter((module) => module.map === map && module.layer === layer).map(({ part }) => part);
  throw new GenaiError(
    `toPeft: the files of such models have no "${layer}.${map}.${part}", only ${parts.join(', ')}. ` +
      `Make the adapters with ${map === 'qkv' && parts[0] === 'whole' ? "the target 'qkv'" : 'those as targets'}.`,
  );
}

const GPT2: PeftNames = {
  blocks: 'transformer.h.',
  fanInFanOut: true,
  modules: [
    { module: 'attn.c_attn', layer: 'attention', map: 'qkv', part: 'whole' },
    { module: 'attn.c_proj', layer: 'attention', map: 'output', part: 'output' },
    { module: 'mlp.c_fc', layer: 'feedForward', map: 'up', part: 'up' },
    { module: 'mlp.c_proj', layer: 'feedForward', map: 'down', part: 'down' },
  ],
};

const LLAMA: PeftNames = {
  blocks: 'model.layers.',
  fanInFanOut: false,
  modules: [
    { module: 'self_attn.q_proj', layer: 'attention', map: 'qkv', part: 'query' },
    { module: 'self_attn.k_proj', layer: 'attention', map: 'qkv', part: 'key' },
    { module: 'self_attn.v_proj', layer: 'attention', map: 'qkv', part: 'value' },
    { module: 'self_attn.o_proj', layer: 'attention', map: 'output', part: 'output' },
    { module: 'mlp.gate_proj', layer: 'feedForward', map: 'up', part: 'gate' },
    { module: 'mlp.up_proj', layer: 'feedForward', map: 'up', part: 'up' },
    { module: 'mlp.down_proj', layer: 'feedForward', map: 'down', part: 'down' },
  ],
};
