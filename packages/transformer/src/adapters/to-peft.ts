import type { Tensor } from '@tensorflow/tfjs-core';
import type { FloatTensor } from '../layouts/tensors-of.js';
import { fullConfig } from '../transformer-config.js';
import { adaptableMaps } from './adaptable-map.js';
import { additionsTo } from './adapter.js';
import type { Lora, LoraParams } from './lora.js';
import { moduleAt, peftNames } from './peft-module.js';

/** What Hugging Face's `peft` reads adapters from. */
export interface PeftFiles {
  /** For `adapter_config.json`. */
  readonly config: { readonly [field: string]: unknown };
  /** For `adapter_model.safetensors`. */
  readonly tensors: ReadonlyMap<string, FloatTensor>;
}

/**
 * Adapters as files that `PeftModel.from_pretrained` of Hugging Face's `peft` loads onto the model that `toHuggingFace` gives; the way back
 * of `fromPeft`.
 *
 * `base` is the name or path of that model, for those who load the adapters by themselves.
 *
 * @example
 * const { config, tensors } = await toPeft(tuning, adapters);
 * await store.write({ 'adapter_config.json': encode(config), 'adapter_model.safetensors': encodeSafetensors(tensors) });
 * @throws GenaiError if the adapters are not those of the model, or such models have no module of a part: GPT-2 has queries, keys and
 * values as one, the target `qkv`, all others have them apart.
 */
export async function toPeft(
  { model, rank, alpha, rankStabilised, dropout, scale }: Lora,
  params: LoraParams,
  { base = null }: { readonly base?: string | null } = {},
): Promise<PeftFiles> {
  const full = fullConfig(model.config);
  const names = peftNames(model);
  const additions = additionsTo('toPeft', full, { params, scale });
  const tensors = new Map<string, FloatTensor>();
  const modules = new Set<string>();
  for (let block = 0; block < full.layers; block++) {
    for (const map of adaptableMaps(full, block)) {
      for (const { part, a, b } of additions(map)) {
        const { module } = moduleAt(names, { layer: map.layer, map: map.name, part });
        const name = `base_model.model.${names.blocks}${block}.${module}`;
        modules.add(module);
        tensors.set(`${name}.lora_A.weight`, await transposed(a));
        tensors.set(`${name}.lora_B.weight`, await transposed(b));
      }
    }
  }
  const config = {
    ...{ peft_type: 'LORA', task_type: 'CAUSAL_LM', base_model_name_or_path: base, inference_mode: true, bias: 'none' },
    ...{
      r: rank,
      lora_alpha: alpha,
      lora_dropout: dropout,
      use_rslora: rankStabilised,
      fan_in_fan_out: names.fanInFanOut,
    },
    target_modules: [...modules].sort(),
  };
  return { config, tensors };
}

/** (rows, columns) → (columns, rows), as PyTorch's linear layers have it. */
async function transposed(matrix: Tensor): Promise<FloatTensor> {
  const [rows, columns] = matrix.shape as [number, number];
  const values = await matrix.data();
  const data = new Float32Array(values.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) data[c * rows + r] = values[r * columns + c]!;
  return { dtype: 'F32', shape: [columns, rows], data };
}
