"""Golden values of Andrej Karpathy's MADE in float64, for made.test.ts; written beside this file.

github.com/karpathy/pytorch-made on PyTorch 1.13. For each case the masks as an order and degrees, the weights in PyTorch's layout,
rows of zeros and ones, the outputs, (rows, outputs of a feature · features) feature by feature, and, where there is one output for a
feature, the negative log-likelihood in nats of each row and the gradient of its mean at the first and last weights.

Run: PYTHONPATH=PYTORCH-MADE /usr/bin/python3 made-outputs.py
"""
import json
import os

import torch
from made import MADE, MaskedLinear
from torch.nn.functional import binary_cross_entropy_with_logits

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
CASES = [
    dict(features=5, hidden=[8], outputs=1, natural=True),
    dict(features=6, hidden=[9, 7], outputs=1, natural=False),
    dict(features=4, hidden=[6, 8, 7], outputs=1, natural=False),
    dict(features=4, hidden=[6, 6], outputs=3, natural=True),
]


def numbers(tensor):
    return json.loads(json.dumps(tensor.detach().tolist()), parse_float=lambda text: float('%.9g' % float(text)))


golden = []
for case in CASES:
    features, hidden, outputs = case['features'], case['hidden'], case['outputs']
    net = MADE(features, hidden, features * outputs, natural_ordering=case['natural'])
    layers = [layer for layer in net.net if isinstance(layer, MaskedLinear)]
    for layer in layers:
        torch.nn.init.normal_(layer.weight, 0, 0.7)
        torch.nn.init.normal_(layer.bias, 0, 0.5)
    x = torch.randint(0, 2, (6, features)).to(torch.float64)
    y = net(x)
    row = dict(
        features=features, hidden=hidden, outputs=outputs,
        # His unit of m sees the features of places 0 … m.
        order=net.m[-1].tolist(), degrees=[(net.m[l] + 1).tolist() for l in range(len(hidden))],
        weights=[dict(weight=numbers(l.weight), bias=numbers(l.bias)) for l in layers], x=numbers(x),
        # His outputs come in chunks of one for each feature.
        y=numbers(y.reshape(6, outputs, features).transpose(1, 2)),
    )
    if outputs == 1:
        nll = binary_cross_entropy_with_logits(y, x, reduction='none').sum(-1)
        nll.mean().backward()
        row.update(nll=numbers(nll), first=numbers(layers[0].weight.grad), last=numbers(layers[-1].weight.grad))
    golden.append(row)
with open(os.path.splitext(__file__)[0] + '.json', 'w') as file:
    json.dump(golden, file, separators=(',', ':'))
    file.write('\n')
