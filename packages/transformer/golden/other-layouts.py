"""Tiny random models in the layouts of nanoGPT and llama2.c, with the logits that the few lines below compute for them, in folders
beside this file.

nano-gpt: model.safetensors has the names of its state dict (linear layers, (outputs, inputs)), config.json its model_args; GELU is the
exact one. llama2-c: version 0 of its export, `model.bin`: seven int32 and float32 weights, tables of cosines and sines among them, whose
pairs are neighbours; `untied.bin` has a last layer of its own and as many heads of keys as of queries.

Run: python other-layouts.py
"""
import json
import math
import os
import struct

import torch
from safetensors.torch import save_file
from torch.nn.functional import gelu, layer_norm, rms_norm, silu

HERE = os.path.dirname(os.path.abspath(__file__))


def drawn(*shape, around=0.0):
    return around + 0.3 * torch.randn(*shape)


def folder(name):
    path = os.path.join(HERE, name)
    os.makedirs(path, exist_ok=True)
    return path


def expected(path, tokens, logits):
    rounded = json.loads(json.dumps(logits.tolist()), parse_float=lambda text: float('%.8g' % float(text)))
    with open(path, 'w') as file:
        json.dump({'tokens': tokens.tolist(), 'logits': rounded}, file)


def attention(q, k, v):
    """(batch, heads, time, size) each; causal."""
    time = q.shape[2]
    scores = q @ k.transpose(2, 3) / math.sqrt(q.shape[3])
    return scores.masked_fill(torch.ones(time, time).triu(1) == 1, -math.inf).softmax(3) @ v


def heads_of(x, heads):
    return x.view(*x.shape[:2], heads, -1).transpose(1, 2)


def joined(x):
    return x.transpose(1, 2).flatten(2)


def nano_gpt():
    args = dict(n_layer=2, n_head=2, n_embd=12, block_size=16, bias=False, vocab_size=19, dropout=0.0)
    width = args['n_embd']
    w = {'transformer.wte.weight': drawn(19, width), 'transformer.wpe.weight': drawn(16, width)}
    for layer in range(2):
        h = f'transformer.h.{layer}.'
        w[h + 'ln_1.weight'], w[h + 'ln_2.weight'] = drawn(width, around=1), drawn(width, around=1)
        w[h + 'attn.c_attn.weight'], w[h + 'attn.c_proj.weight'] = drawn(3 * width, width), drawn(width, width)
        w[h + 'mlp.c_fc.weight'], w[h + 'mlp.c_proj.weight'] = drawn(4 * width, width), drawn(width, 4 * width)
    w['transformer.ln_f.weight'] = drawn(width, around=1)
    tokens = torch.randint(0, 19, (2, 11))
    x = w['transformer.wte.weight'][tokens] + w['transformer.wpe.weight'][:11]
    for layer in range(2):
        h = f'transformer.h.{layer}.'
        q, k, v = (layer_norm(x, (width,), w[h + 'ln_1.weight']) @ w[h + 'attn.c_attn.weight'].T).split(width, 2)
        x = x + joined(attention(*(heads_of(part, 2) for part in (q, k, v)))) @ w[h + 'attn.c_proj.weight'].T
        y = layer_norm(x, (width,), w[h + 'ln_2.weight'])
        x = x + gelu(y @ w[h + 'mlp.c_fc.weight'].T) @ w[h + 'mlp.c_proj.weight'].T
    logits = layer_norm(x, (width,), w['transformer.ln_f.weight']) @ w['transformer.wte.weight'].T
    # As torch.compile names them, with the tied layer and the masks that a state dict has as well.
    w['lm_head.weight'] = w['transformer.wte.weight'].clone()
    w['transformer.h.0.attn.bias'] = torch.ones(1, 1, 16, 16).tril()
    path = folder('nano-gpt')
    save_file({'_orig_mod.' + name: weight for name, weight in w.items()}, os.path.join(path, 'model.safetensors'))
    os.chmod(os.path.join(path, 'model.safetensors'), 0o644)
    json.dump(args, open(os.path.join(path, 'config.json'), 'w'))
    expected(os.path.join(path, 'expected.json'), tokens, logits)


def llama2_c(file, key_heads, tied):
    width, hidden, layers, heads, vocabulary, length = 16, 20, 2, 4, 19, 16
    size = width // heads
    keys = key_heads * size
    table, final = drawn(vocabulary, width), drawn(width, around=1)
    attention_norms, forward_norms = drawn(layers, width, around=1), drawn(layers, width, around=1)
    wq, wk, wv, wo = drawn(layers, width, width), drawn(layers, keys, width), drawn(layers, keys, width), drawn(layers, width, width)
    w1, w2, w3 = drawn(layers, hidden, width), drawn(layers, width, hidden), drawn(layers, hidden, width)
    head = table if tied else drawn(vocabulary, width)
    angles = torch.outer(torch.arange(length), 10_000 ** (-torch.arange(0, size, 2) / size))  # (length, size / 2)
    tokens = torch.randint(0, vocabulary, (2, 11))

    def turned(x):
        """(batch, heads, time, size): neighbours as complex numbers, turned."""
        pairs = torch.view_as_complex(x.unflatten(3, (-1, 2)).contiguous())
        return torch.view_as_real(pairs * torch.polar(torch.ones(11, size // 2), angles[:11])).flatten(3)

    x = table[tokens]
    for l in range(layers):
        y = rms_norm(x, (width,), attention_norms[l], 1e-5)
        q, k, v = turned(heads_of(y @ wq[l].T, heads)), turned(heads_of(y @ wk[l].T, key_heads)), heads_of(y @ wv[l].T, key_heads)
        k, v = (part.repeat_interleave(heads // key_heads, 1) for part in (k, v))
        x = x + joined(attention(q, k, v)) @ wo[l].T
        y = rms_norm(x, (width,), forward_norms[l], 1e-5)
        x = x + (silu(y @ w1[l].T) * (y @ w3[l].T)) @ w2[l].T
    logits = rms_norm(x, (width,), final, 1e-5) @ head.T
    weights = [table, attention_norms, wq, wk, wv, wo, forward_norms, w1, w2, w3, final, angles.cos(), angles.sin()]
    path = folder('llama2-c')
    with open(os.path.join(path, f'{file}.bin'), 'wb') as out:
        out.write(struct.pack('7i', width, hidden, layers, heads, key_heads, vocabulary if tied else -vocabulary, length))
        for weight in weights + ([] if tied else [head]):
            out.write(weight.float().numpy().astype('<f4').tobytes())
    expected(os.path.join(path, f'{file}.json'), tokens, logits)


torch.manual_seed(0)
nano_gpt()
llama2_c('model', 2, True)
llama2_c('untied', 4, False)
