import { disposeTree, GenaiError } from '@genai/core';
import type { AdapterParams } from '@genai/nn';
import { type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import type { NamedTensor, NamedTensors } from '../layouts/named-tensor.js';
import type { Transformer } from '../transformer.js';
import { fullConfig } from '../transformer-config.js';
import { adaptableMaps, columnsOf } from './adaptable-map.js';
import { type Lora, type LoraOptions, type LoraParams, type LoraTarget, lora } from './lora.js';
import { type PeftModule, peftNames } from './peft-module.js';

/** What files of PEFT hold: how the model is adapted, and the adapters, which are the caller's. */
export interface PeftAdapters {
  readonly lora: Lora;
  readonly params: LoraParams;
}

/**
 * Adapters from the files of Hugging Face's `peft`: `config` is what `adapter_config.json` says, `tensors` are those of
 * `adapter_model.safetensors`.
 *
 * @example
 * const { lora: tuning, params: adapters } = await fromPeft(model, config, tensors);
 * using whole = owned(merged(model, base, { params: adapters, scale: tuning.scale }));
 * @throws GenaiError that names the field, if the config asks for more than low-rank products; that names file and tensor, if one is
 * none of the model's, has another shape or lacks its other half. No tensor is left over then.
 */
export async function fromPeft(model: Transformer, config: unknown, tensors: NamedTensors): Promise<PeftAdapters> {
  const options = optionsOf(config);
  const full = fullConfig(model.config);
  const { modules } = peftNames(model);
  const blocks = Array.from({ length: full.layers }, (): Block => ({}));
  const made: Tensor[] = [];
  const targets = new Set<LoraTarget>();
  try {
    for await (const found of tensors) {
      const { block, module, side } = placeOf(found, modules, full.layers);
      const { layer, map: name, part } = module;
      const map = adaptableMaps(full, block).find((one) => one.layer === layer && one.name === name)!;
      const columns = columnsOf(map, part);
      if (!columns) fail(found, 'is none of this model, which has no gate');
      // PyTorch's linear layers: (rank, inputs) and (outputs, rank)
      const shape = side === 'a' ? [options.rank, map.inputs] : [columns.size, options.rank];
      if (String(found.shape) !== String(shape)) {
        fail(found, `has shape [${found.shape.join(', ')}], expected [${shape.join(', ')}]`);
      }
      const maps = blocks[block]![layer] ?? {};
      blocks[block]![layer] = maps;
      const adapter = maps[name]?.[part] ?? {};
      maps[name] = { ...maps[name], [part]: adapter };
      if (adapter[side]) fail(found, 'is there twice');
      adapter[side] = transposed(found.values(), shape as [number, number]);
      made.push(adapter[side]);
      targets.add(part === 'whole' ? 'qkv' : (part as LoraTarget));
    }
    const params = { blocks: blocks.map((block, i) => whole(block, i)) };
    return { lora: lora(model, { ...options, targets: [...targets] }), params };
  } catch (error) {
    disposeTree(made);
    throw error;
  }
}

type Block = { [layer: string]: { [map: string]: { [part: string]: { a?: Tensor; b?: Tensor } } } };

/** @throws GenaiError if one half of an adapter is missing. */
function whole(block: Block, index: number): LoraParams['blocks'][number] {
  for (const maps of Object.values(block)) {
    for (const parts of Object.values(maps)) {
      for (const [part, { a, b }] of Object.entries(parts)) {
        if (a && b) continue;
        throw new GenaiError(
          `fromPeft: block ${index} lacks lora_${a ? 'B' : 'A'} of its ${part}. Save the adapters again.`,
        );
      }
    }
  }
  return block as { readonly [layer: string]: { readonly [map: string]: { readonly [part: string]: AdapterParams } } };
}

/** A name such as `base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight`, with an adapter's name or without. */
const NAME: RegExp =
  /^(?:base_model\.model\.)?(?:model\.|transformer\.)?(?:layers|h)\.(\d+)\.(.+)\.lora_([AB])(?:\.\w+)?\.weight$/;

function placeOf(
  found: NamedTensor,
  modules: readonly PeftModule[],
  layers: number,
): { block: number; module: PeftModule; side: 'a' | 'b' } {
  const [, block, name, side] = NAME.exec(found.name) ?? [];
  const module = modules.find((one) => one.module === name);
  if (!module || Number(block) >= layers) {
    fail(
      found,
      `is none of this model's, which are ${modules.map(({ module }) => module).join(', ')} of ${layers} blocks`,
    );
  }
  return { block: Number(block), module, side: side === 'A' ? 'a' : 'b' };
}

function fail({ file, name }: NamedTensor, problem: string): never {
  throw new GenaiError(`fromPeft: ${file}: tensor "${name.slice(0, 100)}" ${problem}.`);
}

function transposed(values: Float32Array, [rows, columns]: readonly [number, number]): Tensor {
  const turned = new Float32Array(values.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) turned[c * rows + r] = values[r * columns + c]!;
  return tensor2d(turned, [columns, rows]);
}

/** Fields that must be absent, or say nothing: what is not a product of the same rank everywhere. */
const NOTHING = [
  'use_dora',
  'rank_pattern',
  'alpha_pattern',
  'modules_to_save',
  'lora_bias',
  'trainable_token_indices',
];

function optionsOf(config: unknown): LoraOptions {
  const refuse = (field: string, got: unknown, expected: string): never => {
    throw new GenaiError(
      `fromPeft: adapter_config.json: ${field} is ${String(JSON.stringify(got)).slice(0, 100)}, expected ${expected}.`,
    );
  };
  if (typeof config !== 'object' || config === null) return refuse('it', config, 'an object');
  const fields = config as { readonly [field: string]: unknown };
  const { peft_type: type, r, lora_alpha: alpha = 8, use_rslora: rankStabilised = false, bias = 'none' } = fields;
  if (type !== 'LORA') refuse('peft_type', type, '"LORA"');
  if (bias !== 'none') refuse('bias', bias, '"none"');
  for (const field of NOTHING) {
    const value = fields[field];
    const says = typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : Boolean(value);
    if (says) refuse(field, value, 'nothing there');
  }
  if (typeof r !== 'number' || !Number.isInteger(r) || r < 1) return refuse('r', r, 'an integer of at least 1');
  if (typeof alpha !== 'number' || !Number.isFinite(alpha)) return refuse('lora_alpha', alpha, 'a finite number');
  if (typeof rankStabilised !== 'boolean') return refuse('use_rslora', rankStabilised, 'true or false');
  const { lora_dropout: dropout = 0 } = fields;
  if (typeof dropout !== 'number' || !(dropout >= 0 && dropout < 1)) {
    return refuse('lora_dropout', dropout, 'a number of at least 0 and below 1');
  }
  return { rank: r, alpha, rankStabilised, dropout };
}
