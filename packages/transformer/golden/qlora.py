"""A gradient step of random adapters (peft 0.21) beside the weights that 8 and 4 bits stand for: a random Llama in qlora, its adapters in
qlora-peft, and qlora-peft/expected.json with tokens (3, 10), and for each number of bits the loss, the gradients by name, and the loss after
they were moved against them by RATE.

The weights are rounded as ggml's Q8_0 and Q4_0 do it, with scales kept in float32; so is the table.

Run: python qlora.py
"""
import json
import os
import shutil

import numpy as np
import torch
import transformers as hf
from peft import LoraConfig, get_peft_model

HERE = os.path.dirname(os.path.abspath(__file__))
RATE = 0.5
SIZES = dict(vocab_size=19, hidden_size=32, intermediate_size=32, num_hidden_layers=2, num_attention_heads=4)
TARGETS = ['q_proj', 'v_proj', 'o_proj', 'gate_proj', 'down_proj']


def rounded(weight, bits):
    """(outputs, inputs) of a multiple of 32 → the same, each block of 32 by a scale of its own."""
    blocks = weight.detach().numpy().astype(np.float32).reshape(-1, 32)
    if bits == 8:
        scale = np.abs(blocks).max(1, keepdims=True) / np.float32(127)
        scaled = blocks * (np.float32(1) / scale)
        codes = np.sign(scaled) * np.floor(np.abs(scaled) + np.float32(0.5))
    else:
        farthest = np.abs(blocks).argmax(1)[:, None]
        scale = np.take_along_axis(blocks, farthest, 1) / np.float32(-8)
        codes = np.minimum(15, np.floor(blocks * (np.float32(1) / scale) + np.float32(8.5))) - 8
    return torch.tensor((scale * codes).astype(np.float32)).reshape(weight.shape)


def digits(tensor):
    return json.loads(json.dumps(tensor.tolist()), parse_float=lambda text: float('%.7g' % float(text)))


torch.manual_seed(0)
base = hf.LlamaForCausalLM(
    hf.LlamaConfig(
        **SIZES, num_key_value_heads=2, max_position_embeddings=16, tie_word_embeddings=False, initializer_range=0.2,
        attn_implementation='eager'))
folder = os.path.join(HERE, 'qlora')
shutil.rmtree(folder, ignore_errors=True)
base.save_pretrained(folder)
os.remove(os.path.join(folder, 'generation_config.json'))
exact = {name: weight.detach().clone() for name, weight in base.named_parameters()}
tokens = torch.randint(0, SIZES['vocab_size'], (3, 10))
rows = torch.cat([torch.full((3, 1), base.config.bos_token_id), tokens], 1)  # all of them are predicted

model = get_peft_model(base, LoraConfig(task_type='CAUSAL_LM', r=3, lora_alpha=6, target_modules=TARGETS))
adapters = {name: weight for name, weight in model.named_parameters() if 'lora_' in name}
start = {name: 0.1 * torch.randn(weight.shape) for name, weight in adapters.items()}
cases = {}
for bits in (8, 4):
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if name in start:
                weight.copy_(start[name])
                weight.grad = None
                continue
            plain = exact[name.removeprefix('base_model.model.').replace('.base_layer', '')]
            weight.copy_(rounded(plain, bits) if plain.dim() == 2 else plain)
    loss = model(rows, labels=rows).loss
    loss.backward()
    gradients = {name.replace('.default', ''): digits(weight.grad.flatten()) for name, weight in adapters.items()}
    with torch.no_grad():
        for weight in adapters.values():
            weight -= RATE * weight.grad
        after = model(rows, labels=rows).loss
    cases[str(bits)] = dict(loss=digits(loss), after=digits(after), gradients=gradients)

with torch.no_grad():
    for name, weight in adapters.items():
        weight.copy_(start[name])
model.peft_config['default'].base_model_name_or_path = 'qlora'  # no path of a machine
folder = os.path.join(HERE, 'qlora-peft')
shutil.rmtree(folder, ignore_errors=True)
model.save_pretrained(folder)
os.remove(os.path.join(folder, 'README.md'))
with open(os.path.join(folder, 'expected.json'), 'w') as file:
    json.dump(dict(rate=RATE, tokens=tokens.tolist(), cases=cases), file)
for name in ('qlora', 'qlora-peft'):
    for file in os.listdir(os.path.join(HERE, name)):
        os.chmod(os.path.join(HERE, name, file), 0o644)
