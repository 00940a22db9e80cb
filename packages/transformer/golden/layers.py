"""What the transformer layers of PyTorch make of numbers, under masks: run with PyTorch; writes layers.json beside it."""
import json
from pathlib import Path

import torch

torch.manual_seed(0)
WIDTH, HEADS, HIDDEN = 8, 2, 12
sizes = dict(d_model=WIDTH, nhead=HEADS, dim_feedforward=HIDDEN, dropout=0.0, activation='gelu', batch_first=True)


def randomised(layer):
    for p in layer.parameters():
        torch.nn.init.normal_(p, std=0.5)
    return layer


def numbers(layer):
    return {name: p.detach().tolist() for name, p in layer.state_dict().items()}


made = {}
x = torch.randn(2, 3, WIDTH)
memory = torch.randn(2, 5, WIDTH, requires_grad=True)
seen = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]])
weights = torch.randn(2, 3, WIDTH)
for name, norm_first in (('pre', True), ('post', False)):
    layer = randomised(torch.nn.TransformerDecoderLayer(**sizes, norm_first=norm_first))
    causal = torch.triu(torch.ones(3, 3), 1).bool()
    y = layer(x, memory, tgt_mask=causal, memory_key_padding_mask=seen == 0)
    (slope,) = torch.autograd.grad((y * weights).sum(), memory)
    made[f'decoder, {name}'] = {'state': numbers(layer), 'y': y.tolist(), 'slope': slope.tolist()}
    layer = randomised(torch.nn.TransformerEncoderLayer(**sizes, norm_first=norm_first)).train()
    y = layer(memory, src_key_padding_mask=seen == 0)
    (slope,) = torch.autograd.grad((y[:, :3] * weights).sum(), memory)
    made[f'encoder, {name}'] = {'state': numbers(layer), 'y': y.tolist(), 'slope': slope.tolist()}
made |= {'x': x.tolist(), 'memory': memory.tolist(), 'mask': seen.tolist(), 'weights': weights.tolist()}
Path(__file__).with_suffix('.json').write_text(json.dumps(made) + '\n')
