"""Writes muon.json: three updates of torch.optim.Muon (torch 2.13, its steps in bfloat16 replaced by float32) of a wide and a tall matrix.

Weights are (inputs, outputs) here and (outputs, inputs) in torch. Run: python muon.py
"""
import json
import pathlib

import torch
from torch.optim import _muon

generator = torch.Generator().manual_seed(0)


def draw(*shape):
    return (torch.randn(*shape, generator=generator) * 1e4).round() / 1e4


torch.Tensor.bfloat16 = lambda tensor: tensor.clone()
torch.bfloat16 = torch.float32
shapes = [(3, 5), (6, 2)]
start = [draw(*shape) for shape in shapes]
gradients = [[draw(*shape) for shape in shapes] for _ in range(3)]
params = [torch.nn.Parameter(value.T.contiguous()) for value in start]
optimizer = _muon.Muon(params, lr=0.02, weight_decay=0.1, momentum=0.95, nesterov=True, adjust_lr_fn='original')
after = []
for row in gradients:
    for p, g in zip(params, row):
        p.grad = g.T.contiguous()
    optimizer.step()
    after.append([[round(x, 8) for x in p.data.T.flatten().tolist()] for p in params])
flat = lambda row: [value.flatten().tolist() for value in row]
out = {'shapes': shapes, 'start': flat(start), 'gradients': [flat(row) for row in gradients], 'after': after}
text = json.dumps(json.loads(json.dumps(out), parse_float=lambda text: round(float(text), 8)))
pathlib.Path(__file__).with_name('muon.json').write_text(text + '\n')
