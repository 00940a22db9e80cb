"""Tiny random models of transformers 5.18 with torch 2.13, written as GGUF by the Python package gguf 0.19 in the way of llama.cpp's
convert_hf_to_gguf.py: files NAME.gguf beside this one, all weights float16. expected.json: for each the tokens (2, 11) and the logits
(2, 11, vocabulary) that PyTorch computes in float32 of the rounded weights.

words.json: how the package tokenizers finds the words of a text by the patterns of Llama 3 and Qwen 2.

Run: python models.py
"""
import json
import os

import gguf
import numpy as np
import torch
import transformers as hf
from tokenizers import Regex, pre_tokenizers

HERE = os.path.dirname(os.path.abspath(__file__))
SIZES = dict(
    vocab_size=23, hidden_size=16, intermediate_size=20, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
    max_position_embeddings=48, bos_token_id=1, eos_token_id=2, attn_implementation='eager',
)
LLAMA3 = dict(rope_type='llama3', rope_theta=10_000.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
              original_max_position_embeddings=32)
YARN = dict(rope_type='yarn', rope_theta=500.0, factor=4.0, original_max_position_embeddings=12)
MODELS = {
    'gpt2': lambda: hf.GPT2LMHeadModel(hf.GPT2Config(
        vocab_size=23, n_embd=16, n_layer=2, n_head=4, n_positions=24, n_inner=20, bos_token_id=1, eos_token_id=2,
        attn_implementation='eager')),
    'llama': lambda: hf.LlamaForCausalLM(hf.LlamaConfig(**SIZES, attention_bias=True, rope_parameters=YARN)),
    'llama3': lambda: hf.LlamaForCausalLM(hf.LlamaConfig(
        **dict(SIZES, num_attention_heads=1, num_key_value_heads=1), head_dim=32, tie_word_embeddings=True, rope_parameters=LLAMA3)),
    'qwen2': lambda: hf.Qwen2ForCausalLM(hf.Qwen2Config(
        **SIZES, rope_parameters=dict(rope_type='linear', rope_theta=1e6, factor=2.0))),
    'qwen3': lambda: hf.Qwen3ForCausalLM(hf.Qwen3Config(**SIZES, head_dim=6, tie_word_embeddings=True)),
    'gemma': lambda: hf.GemmaForCausalLM(hf.GemmaConfig(**SIZES, head_dim=8)),
    'gemma2': lambda: hf.Gemma2ForCausalLM(hf.Gemma2Config(
        **SIZES, head_dim=8, sliding_window=4, query_pre_attn_scalar=8, attn_logit_softcapping=3.0, final_logit_softcapping=5.0)),
}


def neighbours(weight, heads):
    """convert_hf_to_gguf.py: LlamaModel.permute"""
    return weight.reshape(heads, 2, weight.shape[0] // heads // 2, *weight.shape[1:]).swapaxes(1, 2).reshape(weight.shape)


def write(name, model, tied):
    arch = name.rstrip('3') if name == 'llama3' else name
    config = model.config
    writer = gguf.GGUFWriter(os.path.join(HERE, name + '.gguf'), arch)
    heads, keys = config.num_attention_heads, getattr(config, 'num_key_value_heads', None)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.n_inner if arch == 'gpt2' else config.intermediate_size)
    writer.add_head_count(heads)
    if arch == 'gpt2':
        writer.add_layer_norm_eps(config.layer_norm_epsilon)
    else:
        width = getattr(config, 'head_dim', None) or config.hidden_size // heads
        writer.add_head_count_kv(keys)
        writer.add_key_length(width)
        writer.add_value_length(width)
        writer.add_layer_norm_rms_eps(config.rms_norm_eps)
        rope = config.rope_parameters
        writer.add_rope_freq_base(rope['rope_theta'])
        writer.add_rope_dimension_count(width)
        if rope['rope_type'] in ('linear', 'yarn'):
            writer.add_rope_scaling_type(gguf.RopeScalingType(rope['rope_type']))
            writer.add_rope_scaling_factor(rope['factor'])
        if rope['rope_type'] == 'yarn':
            writer.add_rope_scaling_orig_ctx_len(rope['original_max_position_embeddings'])
    if arch == 'gemma2':
        writer.add_sliding_window(config.sliding_window)
        writer.add_attn_logit_softcapping(config.attn_logit_softcapping)
        writer.add_final_logit_softcapping(config.final_logit_softcapping)
    writer.add_bos_token_id(config.bos_token_id)
    writer.add_eos_token_id(config.eos_token_id)
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH[arch.upper()], config.num_hidden_layers)
    for path, weight in model.state_dict().items():
        if tied and path == 'lm_head.weight':
            continue
        values = weight.numpy()
        if arch == 'gpt2' and any(path.endswith(part) for part in ('c_attn.weight', 'c_proj.weight', 'c_fc.weight')):
            values = values.T
        if arch.startswith('gemma') and path.endswith('norm.weight'):
            values = values + 1
        if arch == 'llama' and '.q_proj.' in path:
            values = neighbours(values, heads)
        if arch == 'llama' and '.k_proj.' in path:
            values = neighbours(values, keys)
        writer.add_tensor(names.get_name(path, ('.weight', '.bias')), np.ascontiguousarray(values.astype(np.float32 if values.ndim == 1 else np.float16)))
    if name == 'llama3':  # LlamaModel.generate_extra_tensors
        frequencies = 1.0 / rope['rope_theta'] ** (np.arange(0, width, 2) / width)
        low = rope['original_max_position_embeddings'] / rope['low_freq_factor']
        high = rope['original_max_position_embeddings'] / rope['high_freq_factor']
        factors = []
        for wavelength in 2 * np.pi / frequencies:
            smooth = (rope['original_max_position_embeddings'] / wavelength - rope['low_freq_factor']) / (
                rope['high_freq_factor'] - rope['low_freq_factor'])
            factors.append(1 if wavelength < high else rope['factor'] if wavelength > low else 1 / ((1 - smooth) / rope['factor'] + smooth))
        writer.add_tensor('rope_freqs.weight', np.array(factors, dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def models():
    expected = {}
    for seed, (name, make) in enumerate(MODELS.items()):
        torch.manual_seed(seed)
        model = make().eval()
        tied = model.config.tie_word_embeddings
        with torch.no_grad():
            for path, weight in model.named_parameters():
                # vectors stay within 16 bits, too, for the 1 that Gemma's norms add
                weight.copy_(((weight if 'norm' in path or 'ln_' in path else 0) + 0.3 * torch.randn(weight.shape)).to(torch.float16))
            tokens = torch.randint(0, 23, (2, 11))
            logits = model(tokens).logits
        write(name, model, tied)
        rounded = json.loads(json.dumps(logits.tolist()), parse_float=lambda text: float('%.7g' % float(text)))
        expected[name] = {'tokens': tokens.tolist(), 'logits': rounded}
    with open(os.path.join(HERE, 'expected.json'), 'w') as file:
        json.dump(expected, file)
        file.write('\n')


def words():
    start = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
    end = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    texts = [
        "I'll say THEY'VE it's 'tis 12345 and 6.78", 'tabs\tand  two   spaces \n\n  lines\r\n', 'naïve été 東京タワー 12年 😀!! (a)',
        "don't-stop... x=1;\n\treturn 'S'\n", '   ', '\n', " 'LL'Re", 'a\u00a0b \u3000c', '',
    ]
    found = {}
    for name, digits in (('llama-bpe', '{1,3}'), ('qwen2', '')):
        split = pre_tokenizers.Split(Regex(start + digits + end), 'isolated')
        found[name] = [[word for word, _ in split.pre_tokenize_str(text)] for text in texts]
    with open(os.path.join(HERE, 'words.json'), 'w') as file:
        json.dump({'texts': texts, **found}, file, ensure_ascii=False, indent=1)
        file.write('\n')


words()
models()
