"""Reference values of PyTorch 1.13 in float64 for the nets of src/causal, written beside this file.

conv: nn.Conv1d behind left padding, weights in PyTorch's layout. temporalConvNet: blocks of two such convolutions under
nn.utils.weight_norm with ReLUs, a 1 x 1 convolution beside where channels change. waveNet: van den Oord et al. 2016, eq. 2 and fig. 4.
Weights of the two nets as (kernel, inputs, outputs), of 1 x 1 convolutions as (inputs, outputs). Gradients are those of sum(y²);
sequences are (batch, time, channels).

Run: python3 causal.py
"""
import json
import os

import torch
from torch import nn
from torch.nn.functional import conv1d, pad, relu

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)


def numbers(tensor):
    return json.loads(json.dumps(tensor.detach().tolist()), parse_float=lambda text: float('%.9g' % float(text)))


def tree(node, of):
    if isinstance(node, dict):
        return {name: tree(child, of) for name, child in node.items()}
    if isinstance(node, (list, tuple)):
        return [tree(child, of) for child in node]
    return numbers(of(node))


def result(params, x, y):
    y.square().sum().backward()
    return {'params': tree(params, lambda leaf: leaf), 'x': numbers(x), 'y': numbers(y), 'gradients': tree(params, lambda leaf: leaf.grad)}


def drawn(*shape, mean=0):
    return (mean + 0.5 * torch.randn(*shape)).requires_grad_()


def convolution(kernel, inputs, outputs):
    return {'weight': drawn(kernel, inputs, outputs), 'bias': drawn(outputs)}


def dense(inputs, outputs):
    return {'weight': drawn(inputs, outputs), 'bias': drawn(outputs)}


def causal(x, weight, bias, dilation):
    """(batch, time, inputs), (kernel, inputs, outputs) to (batch, time, outputs)."""
    padded = pad(x.transpose(1, 2), ((weight.shape[0] - 1) * dilation, 0))
    return conv1d(padded, weight.permute(2, 1, 0), bias, dilation=dilation).transpose(1, 2)


def affine(x, params):
    return x @ params['weight'] + params['bias']


golden = {}

golden['conv'] = []
for kernel, dilation, time in [(1, 1, 4), (2, 1, 5), (3, 1, 6), (3, 2, 7), (2, 4, 9), (3, 4, 8)]:
    layer = nn.Conv1d(2, 3, kernel, dilation=dilation)
    x = torch.randn(2, time, 2, requires_grad=True)
    y = layer(pad(x.transpose(1, 2), ((kernel - 1) * dilation, 0))).transpose(1, 2)
    golden['conv'].append({'kernel': kernel, 'dilation': dilation, **result(dict(layer.named_parameters()), x, y), 'atX': numbers(x.grad)})

blocks, before = [], 3
for channels in [4, 4, 5]:
    convolutions = []
    for inputs in [before, channels]:
        convolutions.append({'gain': drawn(channels, mean=1), 'direction': drawn(3, inputs, channels), 'bias': drawn(channels)})
    blocks.append({'convolutions': convolutions, **({} if before == channels else {'beside': dense(before, channels)})})
    before = channels
x = torch.randn(2, 12, 3)
y = x
for i, block in enumerate(blocks):
    inner = y
    for params in block['convolutions']:
        # weight_norm(conv) computes its weight as this function does
        weight = torch._weight_norm(params['direction'].permute(2, 1, 0), params['gain'].view(-1, 1, 1), 0)
        inner = relu(causal(inner, weight.permute(2, 1, 0), params['bias'], 2 ** i))
    y = relu(inner + (affine(y, block['beside']) if 'beside' in block else y))
golden['temporalConvNet'] = result(blocks, x, y)

width, skip, dilations = 4, 5, [1, 2, 1, 2]
params = {
    'first': convolution(2, 3, width),
    'layers': [{'gate': convolution(2, width, 2 * width), 'skip': dense(width, skip),
                **({'residual': dense(width, width)} if i < 3 else {})} for i in range(4)],
    'hidden': dense(skip, skip),
    'last': dense(skip, 2),
}
x = torch.randn(2, 12, 3)
y = causal(x, params['first']['weight'], params['first']['bias'], 1)
total = 0
for layer, dilation in zip(params['layers'], dilations):
    both = causal(y, layer['gate']['weight'], layer['gate']['bias'], dilation)
    z = torch.tanh(both[..., :width]) * torch.sigmoid(both[..., width:])
    total = total + affine(z, layer['skip'])
    if 'residual' in layer:
        y = y + affine(z, layer['residual'])
golden['waveNet'] = result(params, x, affine(relu(affine(relu(total), params['hidden'])), params['last']))

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'causal.json'), 'w') as file:
    json.dump(golden, file, separators=(',', ':'))
    file.write('\n')
