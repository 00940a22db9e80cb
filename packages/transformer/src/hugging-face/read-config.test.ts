import { GenaiError } from '@genai/core';
import { describe, expect, test } from 'vitest';
import { gpt } from '../presets/gpt.js';
import { transformer } from '../transformer.js';
import type { TransformerConfig } from '../transformer-config.js';
import { fromHuggingFace, readConfig } from './from-hugging-face.js';
import { toHuggingFace } from './to-hugging-face.js';

const read = (json: unknown): TransformerConfig => readConfig('config.json', json).plain;
const LLAMA = {
  ...{
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    vocab_size: 100,
    hidden_size: 32,
    intermediate_size: 48,
  },
  ...{ num_hidden_layers: 4, num_attention_heads: 4, num_key_value_heads: 2, max_position_embeddings: 64 },
};
const GEMMA3 = { ...LLAMA, architectures: ['Gemma3ForCausalLM'], model_type: 'gemma3_text', sliding_window: 8 };
const QWEN3_MOE = {
  ...{ ...LLAMA, architectures: ['Qwen3MoeForCausalLM'], model_type: 'qwen3_moe' },
  ...{ num_experts: 6, num_experts_per_tok: 2, moe_intermediate_size: 12, norm_topk_prob: true },
};

describe('known answers: what configs say', () => {
  test('those of release 4 of transformers, which name positions otherwise, mean the same as those of release 5', () => {
    const yarn = { factor: 4, original_max_position_embeddings: 16, beta_fast: 16, attention_factor: 1.5 };
    const old = { ...LLAMA, rope_theta: 5e5, rope_scaling: { type: 'yarn', ...yarn } };
    const recent = { ...LLAMA, rope_parameters: { rope_type: 'yarn', rope_theta: 5e5, ...yarn } };
    expect(read(old)).toEqual(read(recent));
    expect(read(old).positions).toEqual({
      ...{ kind: 'rotary', base: 5e5 },
      scaling: { kind: 'yarn', factor: 4, original: 16, fast: 16, attentionFactor: 1.5 },
    });
    const scaling = { rope_type: 'linear', factor: 8 };
    const gemma3 = { rope_theta: 1e6, rope_local_base_freq: 1e4, rope_scaling: scaling, sliding_window_pattern: 2 };
    const both = { full_attention: { rope_theta: 1e6, ...scaling }, sliding_attention: { rope_theta: 1e4 } };
    const types = ['sliding_attention', 'full_attention', 'sliding_attention', 'full_attention'];
    expect(read({ ...GEMMA3, ...gemma3 })).toEqual(read({ ...GEMMA3, rope_parameters: both, layer_types: types }));
    expect(read({ ...GEMMA3, ...gemma3 }).window).toEqual([8, 0, 8, 0]);
  });

  test('what a class has for absent fields, and null, which takes it away', () => {
    const gemma2 = { ...LLAMA, architectures: ['Gemma2ForCausalLM'], model_type: 'gemma2', sliding_window: 8 };
    expect(read(gemma2)).toMatchObject({ scoreCap: 50, logitCap: 30, headWidth: 256, tied: true, scoreScale: 1 / 16 });
    const without = read({ ...gemma2, attn_logit_softcapping: null, final_logit_softcapping: null });
    expect([without.scoreCap, without.logitCap]).toEqual([undefined, undefined]);
    expect(read({ ...LLAMA, num_key_value_heads: null, head_dim: null })).toMatchObject({ keyHeads: 4, headWidth: 8 });
    expect(read({ architectures: ['GPT2LMHeadModel'], model_type: 'gpt2' })).toMatchObject({
      width: 768,
      hidden: 3072,
    });
    const gemma = { ...LLAMA, architectures: ['GemmaForCausalLM'], model_type: 'gemma', hidden_act: 'gelu' };
    expect(read(gemma)).toMatchObject({ activation: 'gelu-tanh', embeddingScale: Math.sqrt(32) });
  });

  test('experts: what a class has for absent fields, and whether weights of those chosen sum to 1', () => {
    expect(read(QWEN3_MOE)).toMatchObject({ hidden: 12, queryKeyNorm: true, experts: { count: 6, active: 2 } });
    const shares = read({ ...QWEN3_MOE, norm_topk_prob: null });
    expect(shares.experts).toEqual({ count: 6, active: 2, normalised: false });
    const mixtral = { ...LLAMA, architectures: ['MixtralForCausalLM'], model_type: 'mixtral' };
    expect(read(mixtral)).toMatchObject({ hidden: 48, experts: { count: 8, active: 2 } });
  });

  test('several end tokens; those that no model of this vocabulary can give are left out', () => {
    const { plain, endTokens } = readConfig('x', { ...LLAMA, bos_token_id: 50_256, eos_token_id: [50_256, 7, 9] });
    expect(endTokens).toEqual([7, 9]);
    expect([plain.beginToken, plain.endToken]).toEqual([undefined, 7]);
  });
});

describe('errors', () => {
  test.each<[string, unknown, RegExp]>([
    ['no object', [], /config\.json must be an object, got \[\]/],
    ['an unknown kind', { ...LLAMA, model_type: 'mamba' }, /"model_type" must be one of gpt2, llama.*got "mamba"/],
    ['no kind', {}, /"model_type" must be a text, got nothing/],
    [
      'another purpose',
      { ...LLAMA, architectures: ['LlamaForSequenceClassification'] },
      /must be \["LlamaForCausalLM"\]/,
    ],
    ['a quantised one', { ...LLAMA, quantization_config: { bits: 4 } }, /not quantised, got \{"bits":4\}/],
    ['a missing size', { ...LLAMA, vocab_size: null }, /"vocab_size" must be an integer from 1 to \d+, got nothing/],
    ['a size that is text', { ...LLAMA, hidden_size: '32' }, /"hidden_size" must be an integer .* got "32"/],
    [
      'sizes that fill the memory',
      { ...LLAMA, num_hidden_layers: 1e9 },
      /"num_hidden_layers" must be an integer from 1 to 4096/,
    ],
    ['heads that fill the memory', { ...LLAMA, head_dim: 1e8 }, /"head_dim" must be an integer from 1 to 65536/],
    ['half a head', { ...LLAMA, num_attention_heads: 2.5 }, /"num_attention_heads" must be an integer/],
    [
      'heads that do not fit',
      { ...LLAMA, num_key_value_heads: 3 },
      /config\.json does not fit together.*keyHeads must divide/,
    ],
    ['no number', { ...LLAMA, rms_norm_eps: 'NaN' }, /"rms_norm_eps" must be a number above 0, got "NaN"/],
    [
      'an unknown activation',
      { ...LLAMA, hidden_act: 'toString' },
      /"hidden_act" must be one of gelu, .*got "toString"/,
    ],
    [
      'angles that depend on the length',
      { ...LLAMA, rope_scaling: { type: 'dynamic', factor: 2 } },
      /"rope_scaling": "type" must be one of default, linear, llama3, yarn, got "dynamic"/,
    ],
    ['scaling that is no object', { ...LLAMA, rope_scaling: 4 }, /"rope_scaling" must be an object, got 4/],
    [
      'other layers',
      { ...GEMMA3, layer_types: ['chunked_attention', 'a', 'b', 'c'] },
      /"layer_types" must be of full_attention and sliding_attention/,
    ],
    [
      'experts in some layers only',
      { ...QWEN3_MOE, mlp_only_layers: [1] },
      /"mlp_only_layers" must be empty, as experts are in every layer or in none, got \[1\]/,
    ],
    [
      'every other layer',
      { ...QWEN3_MOE, decoder_sparse_step: 2 },
      /"decoder_sparse_step" must be 1, experts in every layer, got 2/,
    ],
    [
      'experts that fill the memory',
      { ...QWEN3_MOE, num_experts: 1e6 },
      /"num_experts" must be an integer from 1 to 65536/,
    ],
    [
      'more experts for a token than there are',
      { ...QWEN3_MOE, num_experts: 2, num_experts_per_tok: 3 },
      /experts\.active must be at most/,
    ],
    ['too few of them', { ...GEMMA3, layer_types: [] }, /"layer_types" must be a list of 4/],
    ['looking both ways', { ...GEMMA3, use_bidirectional_attention: true }, /looks back only/],
    ['tokens that are none', { ...LLAMA, eos_token_id: ['x'] }, /"eos_token_id" must be a token or a list of tokens/],
  ])('%s', (_, json, message) => {
    const failure = catching(() => read(json));
    expect(GenaiError.is(failure)).toBe(true);
    expect((failure as Error).message).toMatch(message);
  });

  const tensor = (
    name: string,
    shape: readonly number[],
  ): { name: string; file: string; shape: readonly number[]; values: () => Float32Array } => ({
    ...{ name, file: 'model-00001-of-00002.safetensors', shape },
    values: () => new Float32Array(shape.reduce((size, n) => size * n, 1)),
  });
  const table = tensor('model.embed_tokens.weight', [100, 32]);
  const embedding = 'fromHuggingFace: model-00001-of-00002.safetensors: tensor "model.embed_tokens.weight"';

  test.each([
    ['surplus', [table, tensor('score.weight', [2, 32])], '"score.weight" is none of this model'],
    [
      'misshapen',
      [tensor('model.embed_tokens.weight', [100, 33])],
      `${embedding} has shape [100, 33], expected [100, 32]`,
    ],
    ['there twice', [table, tensor('embed_tokens.weight', [100, 32])], '"embed_tokens.weight" is there twice'],
    ['missing', [table], 'missing: layers.0.input_layernorm.weight, layers.0.self_attn.q_proj.weight, '],
  ])('a tensor that is %s', async (_, tensors, message) => {
    await expect(fromHuggingFace(LLAMA, tensors)).rejects.toThrow(message);
  });

  test('a model that no architecture is, with what differs from the nearest', async () => {
    const { config } = gpt({ depth: 2, vocabulary: 11, context: 24 });
    const model = transformer({ ...config, positions: { kind: 'alibi' } });
    await expect(toHuggingFace(model, { blocks: [] } as never)).rejects.toThrow(
      /no architecture says .*differs in .*positions/,
    );
  });

  test('parameters that are of another model', async () => {
    const model = transformer(read(LLAMA));
    await expect(toHuggingFace(model, { blocks: [] } as never)).rejects.toThrow(
      'the parameters have nothing at "embedding.table", expected [100, 32]',
    );
  });
});

function catching(f: () => unknown): unknown {
  try {
    return f();
  } catch (error) {
    return error;
  }
}
