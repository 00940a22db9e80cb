import { qwen3 } from '../presets/qwen3.js';
import type { Experts, FullConfig } from '../transformer-config.js';
import { type Architecture, MOST } from './architecture.js';
import type { Fields } from './fields.js';
import { MISTRAL, QWEN3 } from './llama-architectures.js';
import { llamaPlaces, NORMS } from './llama-places.js';

/** Mixtral: Mistral with experts, the weights of those chosen summing to 1. */
export const MIXTRAL: Architecture = {
  ...{ name: 'MixtralForCausalLM', modelType: 'mixtral', prefix: 'model.' },
  read: (config) => ({
    ...MISTRAL.read(config),
    experts: expertsOf(config, 'num_local_experts', [8, 2]),
  }),
  write: (config) => ({ ...MISTRAL.write(config), ...expertFields(config, 'num_local_experts') }),
  places: (config) =>
    llamaPlaces(config, {
      norms: NORMS,
      experts: {
        router: 'block_sparse_moe.gate',
        gate: (expert) => `block_sparse_moe.experts.${expert}.w1`,
        up: (expert) => `block_sparse_moe.experts.${expert}.w3`,
        down: (expert) => `block_sparse_moe.experts.${expert}.w2`,
      },
    }),
};

/** Qwen 3 with experts in every layer, the weights of those chosen summing to 1 or being their share among all. */
export const QWEN3_MOE: Architecture = {
  ...{ name: 'Qwen3MoeForCausalLM', modelType: 'qwen3_moe', prefix: 'model.' },
  read: (config) => {
    const layers = config.integer('num_hidden_layers', undefined, MOST.layers);
    if (config.integer('decoder_sparse_step', 1) !== 1)
      config.refuse('decoder_sparse_step', '1, experts in every layer');
    if (config.tokens('mlp_only_layers', layers).length > 0) {
      config.refuse('mlp_only_layers', 'empty, as experts are in every layer or in none');
    }
    // Release 5 of transformers writes the latter.
    const experts = expertsOf(config, config.has('num_experts') ? 'num_experts' : 'num_local_experts', [128, 8]);
    const normalised = config.boolean('norm_topk_prob', false);
    const { hidden: _, ...read } = QWEN3.read(config);
    return qwen3({
      ...read,
      hidden: config.integer('moe_intermediate_size', 768),
      experts: normalised ? experts : { ...experts, normalised },
    });
  },
  write: (config) => ({
    ...QWEN3.write(config),
    ...expertFields(config, 'num_experts'),
    ...{ moe_intermediate_size: config.hidden, norm_topk_prob: config.experts?.normalised ?? true },
    ...{ decoder_sparse_step: 1, mlp_only_layers: [] },
  }),
  places: (config) =>
    llamaPlaces(config, {
      norms: NORMS,
      experts: {
        router: 'mlp.gate',
        gate: (expert) => `mlp.experts.${expert}.gate_proj`,
        up: (expert) => `mlp.experts.${expert}.up_proj`,
        down: (expert) => `mlp.experts.${expert}.down_proj`,
      },
    }),
};

/** `missing`: what the class has for absent fields. */
function expertsOf(config: Fields, count: string, missing: readonly [count: number, active: number]): Experts {
  const most = Math.floor(MOST_EXPERTS / config.integer('num_hidden_layers', undefined, MOST.layers));
  return {
    count: config.integer(count, missing[0], most),
    active: config.integer('num_experts_per_tok', missing[1], most),
  };
}

function expertFields({ experts }: FullConfig, count: string): { readonly [field: string]: unknown } {
  return { [count]: experts?.count, num_experts_per_tok: experts?.active };
}

/** Of all layers, against counts that would fill the memory with names. */
const MOST_EXPERTS = 2 ** 18;
