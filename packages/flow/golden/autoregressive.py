"""Golden values of zuko's MaskedAutoregressiveTransform in float64, for autoregressive.test.ts; written beside this file.

zuko at github.com/probabilists/zuko on PyTorch 1.13. For each case: the weights of the net in PyTorch's layout, rows, a context where
there is one, the way there with its log-determinants, and the gradient of sum(y²) + sum(log det) at the first layer's weight.

Run: PYTHONPATH=ZUKO python3 autoregressive.py
"""
import json
import os

import torch
from torch import nn
from zuko.flows.autoregressive import MaskedAutoregressiveTransform
from zuko.transforms import MonotonicAffineTransform, MonotonicRQSTransform

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
AFFINE = dict(univariate=MonotonicAffineTransform, shapes=[(), ()])
SPLINE = dict(univariate=MonotonicRQSTransform, shapes=[(4,), (4,), (3,)])
CASES = {
    'affine': dict(features=3, **AFFINE),
    'affine, backwards, in a context': dict(features=3, context=2, order=[2, 1, 0], **AFFINE),
    'affine, two passes': dict(features=4, passes=2, **AFFINE),
    'spline': dict(features=3, **SPLINE),
    'spline, three passes, in a context': dict(features=5, context=2, passes=3, **SPLINE),
}


def numbers(tensor):
    return json.loads(json.dumps(tensor.detach().tolist()), parse_float=lambda text: float('%.9g' % float(text)))


golden = {}
for name, options in CASES.items():
    transform = MaskedAutoregressiveTransform(hidden_features=(8, 8), activation=nn.Tanh, **options)
    layers = [layer for layer in transform.hyper if isinstance(layer, nn.Linear)]
    for layer in layers:
        nn.init.normal_(layer.weight, 0, 0.7)
        nn.init.normal_(layer.bias, 0, 0.5)
    x = torch.randn(5, options['features'])
    context = torch.randn(5, options['context']) if 'context' in options else None
    y, log_det = transform(context).call_and_ladj(x)
    (y.square().sum() + log_det.sum()).backward()
    assert torch.allclose(transform(context).inv(y), x)
    golden[name] = {
        'passes': options.get('passes'), 'order': options.get('order'), 'x': numbers(x), 'y': numbers(y),
        'context': None if context is None else numbers(context), 'logDet': numbers(log_det),
        'gradient': numbers(layers[0].weight.grad),
        'net': [{'weight': numbers(layer.weight), 'bias': numbers(layer.bias)} for layer in layers],
    }
with open(os.path.splitext(__file__)[0] + '.json', 'w') as file:
    json.dump(golden, file)
