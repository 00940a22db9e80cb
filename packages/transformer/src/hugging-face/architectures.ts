import type { Architecture } from './architecture.js';
import { MIXTRAL, QWEN3_MOE } from './expert-architectures.js';
import type { Fields } from './fields.js';
import { GEMMA, GEMMA2, GEMMA3 } from './gemma-architectures.js';
import { GPT2 } from './gpt2-architecture.js';
import { LLAMA, MISTRAL, QWEN2, QWEN3 } from './llama-architectures.js';

/** The kinds of checkpoints that are known; of several that say the same, the first is written. */
export const ARCHITECTURES: readonly Architecture[] = [
  ...[GPT2, LLAMA, MISTRAL, QWEN2, QWEN3, GEMMA, GEMMA2, GEMMA3],
  ...[MIXTRAL, QWEN3_MOE],
];

/**
 * The architecture of a config, by its `model_type`.
 *
 * @throws GenaiError for one that is not known, or a model that is made of it for another purpose than to follow a text.
 */
export function architectureOf(config: Fields): Architecture {
  const type = config.text('model_type');
  const known = ARCHITECTURES.find(({ modelType }) => modelType === type);
  if (!known)
    return config.refuse('model_type', `one of ${ARCHITECTURES.map(({ modelType }) => modelType).join(', ')}`);
  if (config.has('quantization_config')) {
    config.refuse('quantization_config', 'absent. Fetch the checkpoint of the same model that is not quantised');
  }
  const classes = config.texts('architectures') ?? [known.name];
  const base = known.name.replace(/(ForCausalLM|LMHeadModel)$/, 'Model');
  if (!classes.some((name) => name === known.name || name === base || name === base.replace('Model', 'TextModel'))) {
    config.refuse('architectures', `[${JSON.stringify(known.name)}]`);
  }
  return known;
}
