"""Reference values of PyTorch 1.13 for the parity tests, written beside this file.

Run: python3 generate.py, with PyTorch (Debian: apt-get install python3-torch).
Weights are in PyTorch's own layout; the tests turn them into ours, as a user would.
"""
import json
import os
import torch
from torch import nn


def numbers(tensor):
    return json.loads(json.dumps(tensor.detach().tolist()), parse_float=lambda text: float('%.9g' % float(text)))


def write(name, recipe, **content):
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, name + '.json'), 'w') as file:
        json.dump({'recipe': recipe, **content}, file, separators=(',', ':'))
        file.write('\n')


def weights(module):
    return {name: numbers(value) for name, value in module.named_parameters()}


def nhwc(tensor):
    return numbers(tensor.permute(0, 2, 3, 1))


torch.manual_seed(0)

layer = nn.Linear(3, 4)
x = torch.randn(2, 5, 3)
write('dense', 'nn.Linear(3, 4)', weights=weights(layer), x=numbers(x), y=numbers(layer(x)))

cases = []
for size, kernel, stride, padding in [((7, 6), 3, 1, 1), ((7, 6), (3, 2), 2, 0), ((5, 4), (2, 3), 1, 2), ((8, 8), 4, 2, 1), ((5, 5), 1, 1, 0)]:
    layer = nn.Conv2d(2, 3, kernel, stride, padding)
    x = torch.randn(1, 2, *size)
    cases.append(dict(kernel=kernel, strides=stride, padding=padding, weights=weights(layer), x=nhwc(x), y=nhwc(layer(x))))
write('conv2d', 'nn.Conv2d(2, 3, kernel, strides, padding); images as NHWC', cases=cases)

cases = []
for size, kernel, stride, padding in [((3, 4), 4, 2, 1), ((3, 4), 3, 1, 1), ((3, 2), (3, 2), 2, 0), ((3, 3), (2, 5), 1, 1), ((1, 1), 5, 1, 0)]:
    layer = nn.ConvTranspose2d(2, 3, kernel, stride, padding)
    x = torch.randn(1, 2, *size)
    cases.append(dict(kernel=kernel, strides=stride, padding=padding, weights=weights(layer), x=nhwc(x), y=nhwc(layer(x))))
write('conv2d-transpose', 'nn.ConvTranspose2d(2, 3, kernel, strides, padding); images as NHWC', cases=cases)

layer = nn.GRU(3, 4, batch_first=True)
x, hidden = torch.randn(2, 5, 3), torch.randn(1, 2, 4)
y, last = layer(x, hidden)
write('gru', 'nn.GRU(3, 4, batch_first=True) from a state given', weights=weights(layer), x=numbers(x),
      hidden=numbers(hidden[0]), y=numbers(y), lastHidden=numbers(last[0]))

layer = nn.LSTM(3, 4, batch_first=True)
x, hidden, cell = torch.randn(2, 5, 3), torch.randn(1, 2, 4), torch.randn(1, 2, 4)
y, (last_hidden, last_cell) = layer(x, (hidden, cell))
write('lstm', 'nn.LSTM(3, 4, batch_first=True) from a state given', weights=weights(layer), x=numbers(x),
      hidden=numbers(hidden[0]), cell=numbers(cell[0]), y=numbers(y), lastHidden=numbers(last_hidden[0]),
      lastCell=numbers(last_cell[0]))

layer = nn.MultiheadAttention(6, 3, batch_first=True)
nn.init.normal_(layer.in_proj_bias)
nn.init.normal_(layer.out_proj.bias)
x = torch.randn(2, 4, 6)
mask = torch.triu(torch.ones(4, 4, dtype=torch.bool), 1)
write('multi-head-attention', 'nn.MultiheadAttention(6, 3, batch_first=True) of x with itself, without and with a causal mask',
      weights=weights(layer), x=numbers(x), y=numbers(layer(x, x, x)[0]), causal=numbers(layer(x, x, x, attn_mask=mask)[0]))

layer = nn.GroupNorm(2, 4)
nn.init.normal_(layer.weight)
nn.init.normal_(layer.bias)
x = torch.randn(2, 4, 3, 3)
write('group-norm', 'nn.GroupNorm(2, 4); images as NHWC', weights=weights(layer), x=nhwc(x), y=nhwc(layer(x)))

layer = nn.BatchNorm2d(3)
nn.init.normal_(layer.weight)
nn.init.normal_(layer.bias)
x = torch.randn(4, 3, 2, 3) * 2 + 1
write('batch-norm', 'nn.BatchNorm2d(3) while training; images as NHWC', weights=weights(layer), x=nhwc(x), y=nhwc(layer(x)))

layer = nn.Linear(5, 2 * 3)
x, context = torch.randn(4, 3, 2, 3), torch.randn(4, 5)
gamma, beta = layer(context)[:, :, None, None].chunk(2, 1)
write('conditional-norm', '(1 + gamma) norm(x) + beta, [gamma, beta] = nn.Linear(5, 6)(context), norm by batch_norm while training and by instance_norm; images as NHWC',
      weights=weights(layer), x=nhwc(x), context=numbers(context),
      batch=nhwc((1 + gamma) * nn.functional.batch_norm(x, None, None, training=True) + beta),
      instance=nhwc((1 + gamma) * nn.functional.instance_norm(x) + beta))

x = torch.randn(6, 3, 2, 4)
deviation = (x.view(2, 3, 3, 2, 4).var(1, unbiased=False) + 1e-8).sqrt().mean((1, 2, 3))  # of 2 groups of 3
y = torch.cat([x, deviation.repeat_interleave(3).view(6, 1, 1, 1).expand(6, 1, 2, 4)], 1)
write('minibatch-deviation', 'the mean over features of the deviation in groups of 3, as one more channel; images as NHWC', x=nhwc(x), y=nhwc(y))

cases = []
for make, size in [(lambda: nn.Conv2d(2, 3, 2), (2, 2, 3, 4)), (lambda: nn.ConvTranspose2d(2, 3, 2), (2, 2, 2, 3))]:
    layer = nn.utils.parametrizations.spectral_norm(make().double(), n_power_iterations=500)
    original = layer.parametrizations.weight.original
    x = torch.randn(*size, dtype=torch.float64, requires_grad=True)
    y = layer(x)
    loss = torch.tanh(y).sum()
    by_x, by_weight = torch.autograd.grad(loss, [x, original], create_graph=True)
    penalty = (by_x ** 2).sum()
    by_penalty, = torch.autograd.grad(penalty, original)
    turned = lambda weight: numbers(weight.permute(2, 3, 1, 0))
    cases.append(dict(layer=type(layer).__name__.replace('Parametrized', ''), weight=turned(original), bias=numbers(layer.bias), x=nhwc(x), y=nhwc(y),
                      grad=turned(by_weight), penalty=penalty.item(), penaltyGrad=turned(by_penalty)))
write('spectral-norm', 'nn.utils.parametrizations.spectral_norm(layer, n_power_iterations=500) in float64; grad: of tanh(y).sum() by the weight before division; '
      'penaltyGrad: that of the squared gradient of tanh(y).sum() by x; weights and images in our layout', cases=cases)
