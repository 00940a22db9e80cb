"""Tiny random models of transformers 5.18 with torch 2.13, saved by save_pretrained into folders beside this file, each with
expected.json: tokens (2, 11) and the logits (2, 11, vocabulary) that PyTorch computes in float32 with eager attention.

All weights are normal with deviation 0.3, those of norms around what they begin with. `sharded` is cut into shards, `mistral` is of
bfloat16, `llama-linear` of float16 (their logits are of the rounded weights), `gpt2-bare` has the names of GPT2Model, with the masks
that early releases kept among the weights.

Run: python hugging-face.py [NAME...] (all without names)
"""
import json
import os
import shutil
import sys

import torch
import transformers as hf
from safetensors.torch import load_file, save_file

HERE = os.path.dirname(os.path.abspath(__file__))
SIZES = dict(
    vocab_size=23, hidden_size=16, intermediate_size=20, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
    max_position_embeddings=48, bos_token_id=1, eos_token_id=2, pad_token_id=0, attn_implementation='eager',
)
ROPE = dict(rope_theta=10_000.0, original_max_position_embeddings=8)

QWEN_EXPERTS = dict(head_dim=6, num_experts=5, num_experts_per_tok=3, moe_intermediate_size=12)


def llama(**options):
    return hf.LlamaForCausalLM(hf.LlamaConfig(**SIZES, **options))


MODELS = {
    'gpt2': lambda: hf.GPT2LMHeadModel(
        hf.GPT2Config(vocab_size=23, n_embd=16, n_layer=2, n_head=4, n_positions=24, n_inner=20, bos_token_id=1, eos_token_id=2,
                      attn_implementation='eager')),
    'llama': lambda: llama(),
    'sharded': lambda: llama(
        tie_word_embeddings=True,
        rope_parameters=dict(ROPE, rope_type='llama3', factor=8.0, low_freq_factor=0.5, high_freq_factor=4.0)),
    'llama-yarn': lambda: llama(head_dim=8, rope_parameters=dict(ROPE, rope_type='yarn', factor=4.0)),
    'llama-linear': lambda: llama(
        attention_bias=True, mlp_bias=True, rope_parameters=dict(rope_theta=500.0, rope_type='linear', factor=2.0)),
    'mistral': lambda: hf.MistralForCausalLM(hf.MistralConfig(**SIZES, head_dim=6, sliding_window=4)),
    'qwen2': lambda: hf.Qwen2ForCausalLM(
        hf.Qwen2Config(**SIZES, use_sliding_window=True, sliding_window=4, max_window_layers=1)),
    'qwen3': lambda: hf.Qwen3ForCausalLM(hf.Qwen3Config(**SIZES, head_dim=6, tie_word_embeddings=True)),
    'gemma': lambda: hf.GemmaForCausalLM(hf.GemmaConfig(**SIZES, head_dim=8)),
    'gemma2': lambda: hf.Gemma2ForCausalLM(
        hf.Gemma2Config(**SIZES, head_dim=8, sliding_window=4, query_pre_attn_scalar=10, attn_logit_softcapping=3.0,
                        final_logit_softcapping=5.0)),
    'gemma3': lambda: hf.Gemma3ForCausalLM(
        hf.Gemma3TextConfig(
            **dict(SIZES, num_hidden_layers=3), head_dim=8, sliding_window=4, query_pre_attn_scalar=10,
            layer_types=['sliding_attention', 'sliding_attention', 'full_attention'],
            rope_parameters={
                'full_attention': dict(rope_type='linear', factor=8.0, rope_theta=100_000.0),
                'sliding_attention': dict(rope_type='default', rope_theta=100.0)})),
    'mixtral': lambda: hf.MixtralForCausalLM(
        hf.MixtralConfig(**SIZES, num_local_experts=4, num_experts_per_tok=2, sliding_window=4)),
    'qwen3-moe': lambda: hf.Qwen3MoeForCausalLM(hf.Qwen3MoeConfig(**SIZES, **QWEN_EXPERTS, norm_topk_prob=True)),
    'qwen3-moe-shares': lambda: hf.Qwen3MoeForCausalLM(
        hf.Qwen3MoeConfig(**SIZES, **QWEN_EXPERTS, norm_topk_prob=False, tie_word_embeddings=True)),
}


def written(name, model, tokens):
    folder = os.path.join(HERE, name)
    shutil.rmtree(folder, ignore_errors=True)
    dtype = {'mistral': torch.bfloat16, 'llama-linear': torch.float16}.get(name, torch.float32)
    with torch.no_grad():
        for weight in model.parameters():
            weight.copy_(weight.to(dtype))
        logits = model(tokens).logits
    model.to(dtype).save_pretrained(folder, max_shard_size='6KB' if name == 'sharded' else '1GB')
    os.remove(os.path.join(folder, 'generation_config.json'))
    with open(os.path.join(folder, 'expected.json'), 'w') as file:
        rounded = json.loads(json.dumps(logits.tolist()), parse_float=lambda text: float('%.8g' % float(text)))
        json.dump({'tokens': tokens.tolist(), 'logits': rounded}, file)


for seed, (name, make) in enumerate(MODELS.items()):
    if sys.argv[1:] and name not in sys.argv[1:]:
        continue
    torch.manual_seed(seed)
    model = make().eval()
    with torch.no_grad():
        for path, weight in model.named_parameters():
            weight.copy_((weight if 'norm' in path or 'ln_' in path else 0) + 0.3 * torch.randn(weight.shape))
    written(name, model, torch.randint(0, 23, (2, 11)))

if not sys.argv[1:]:
    bare = os.path.join(HERE, 'gpt2-bare')
    shutil.copytree(os.path.join(HERE, 'gpt2'), bare, dirs_exist_ok=True)
    weights = load_file(os.path.join(bare, 'model.safetensors'))
    mask = torch.tril(torch.ones(1, 1, 24, 24, dtype=torch.uint8))
    masks = {f'h.{layer}.attn.bias': mask.clone() for layer in range(2)}
    weights = {name.removeprefix('transformer.'): weight for name, weight in weights.items()}
    save_file({**weights, **masks}, os.path.join(bare, 'model.safetensors'), {'format': 'pt'})
for folder, _, files in os.walk(HERE):
    for file in files:
        os.chmod(os.path.join(folder, file), 0o644)  # safetensors makes files that only their owner reads
