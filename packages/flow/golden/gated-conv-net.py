"""Reference values of PyTorch 1.13 for gatedConvNet, written beside this file: the net of UvA's tutorial 11, from its description.

Run: python3 gated-conv-net.py, with PyTorch. Filters are (height, width, inputs, outputs) there, images channels last.
"""
import json
import os
import torch
from torch.nn import functional as F

torch.manual_seed(0)
INPUTS, OUTPUTS, HIDDEN, LAYERS = 2, 3, 4, 2


def weights(outputs, inputs, size):
    return {'weight': 0.3 * torch.randn(outputs, inputs, size, size), 'bias': 0.1 * torch.randn(outputs)}


def convolve(x, layer):
    return F.conv2d(x, layer['weight'], layer['bias'], padding=layer['weight'].shape[-1] // 2)


def both(x):
    return torch.cat([F.elu(x), F.elu(-x)], 1)


first = weights(HIDDEN, INPUTS, 3)
blocks = [
    {
        'wide': weights(HIDDEN, 2 * HIDDEN, 3),
        'narrow': weights(2 * HIDDEN, 2 * HIDDEN, 1),
        'scale': 1 + 0.1 * torch.randn(HIDDEN),
        'shift': 0.1 * torch.randn(HIDDEN),
    }
    for _ in range(LAYERS)
]
last = weights(OUTPUTS, 2 * HIDDEN, 3)
x = torch.randn(2, INPUTS, 3, 4, requires_grad=True)

h = convolve(x, first)
for block in blocks:
    value, gate = convolve(both(convolve(both(h), block['wide'])), block['narrow']).chunk(2, 1)
    h = (h + value * torch.sigmoid(gate)).permute(0, 2, 3, 1)
    h = F.layer_norm(h, [HIDDEN], block['scale'], block['shift']).permute(0, 3, 1, 2)
y = convolve(both(h), last)
(gradient,) = torch.autograd.grad((y**2).sum(), x)


def numbers(tensor):
    return json.loads(json.dumps(tensor.detach().tolist()), parse_float=lambda text: float('%.9g' % float(text)))


def image(tensor):
    return numbers(tensor.permute(0, 2, 3, 1))


def layer(parts):
    return {name: numbers(part.permute(2, 3, 1, 0) if part.dim() == 4 else part) for name, part in parts.items()}


here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, 'gated-conv-net.json'), 'w') as file:
    json.dump({
        'recipe': 'ELU of x and -x, conv 3x3, the same, conv 1x1, x + a sigmoid(b), layer_norm of channels; d sum(y^2) / dx',
        'first': layer(first),
        'blocks': [
            {'wide': layer(b['wide']), 'narrow': layer(b['narrow']), 'scale': numbers(b['scale']), 'shift': numbers(b['shift'])}
            for b in blocks
        ],
        'last': layer(last),
        'x': image(x),
        'y': image(y),
        'gradient': image(gradient),
    }, file, separators=(',', ':'))
    file.write('\n')
