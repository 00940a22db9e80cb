"""Reference values of zuko's MaskedMLP for maskedMlp, written beside this file.

Run: PYTHONPATH=path/to/zuko python3 masked-mlp.py, with PyTorch 1.13 and zuko 1.6.
Adjacencies are those that zuko's MaskedAutoregressiveTransform makes of an order. Weights are in PyTorch's own layout.
"""
import json
import os
import torch
from zuko.nn import MaskedMLP


def numbers(tensor):
    return json.loads(json.dumps(tensor.detach().tolist()), parse_float=lambda text: float('%.9g' % float(text)))


torch.manual_seed(0)
cases = []
for order, context, outputs, hidden, residual in [
    ([0, 1, 2], 0, 2, [5, 7], False),
    ([2, 0, 3, 1], 2, 3, [9, 6], False),
    ([0, 0, 1, 1, 2], 0, 1, [4], False),
    ([1, 0], 1, 2, [], False),
    ([0, 0], 3, 2, [4, 4], False),
    ([1, 2, 0], 1, 2, [6, 6, 4], True),
]:
    ranks = torch.tensor(order)
    adjacency = torch.cat((ranks[:, None] > ranks, torch.ones(len(order), context, dtype=bool)), dim=1)
    net = MaskedMLP(torch.repeat_interleave(adjacency, outputs, dim=0), hidden, residual=residual)
    x = torch.randn(6, len(order) + context)
    cases.append(dict(
        order=order, context=context, outputs=outputs, hidden=hidden, residual=residual,
        weights=[dict(weight=numbers(l.weight), bias=numbers(l.bias)) for l in net.modules() if hasattr(l, 'weight')],
        x=numbers(x), y=numbers(net(x)),
    ))

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, 'masked-mlp.json'), 'w') as file:
    json.dump({'recipe': 'zuko.nn.MaskedMLP(adjacency of order and context, hidden), ReLU', 'cases': cases}, file, separators=(',', ':'))
    file.write('\n')
