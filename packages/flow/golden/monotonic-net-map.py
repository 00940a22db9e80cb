"""Reference values of PyTorch for monotonicNetMap, written beside this file.

Run: python3 monotonic-net-map.py, with PyTorch 1.13. Eq. 8 of Huang et al. 2018 as it is written, in float64; the raw numbers of a
and w are clipped softly (to log 1000 over the number of layers, and to half of log 1000), the shifts b stand around −1 … 1. `gradX` and
`gradRaw` are those of the sum of y² / 2 + log-slope.
"""
import json
import math
import os
import torch


def numbers(tensor):
    return json.loads(json.dumps(tensor.detach().tolist()), parse_float=lambda text: float('%.9g' % float(text)))


def soft_clip(x, limit):
    return x / (1 + abs(x / limit))


torch.manual_seed(0)
cases = []
for width, layers, spread in [(4, 1, 1.0), (3, 2, 1.0), (1, 1, 1.0)]:
    x = (2 * torch.randn(12)).double().requires_grad_()
    raw = (spread * torch.randn(12, 3 * width * layers)).double().requires_grad_()
    y, log_slope = x, 0
    for scale, shift, weight in [l.unbind(1) for l in raw.reshape(12, layers, 3, width).unbind(1)]:
        a = torch.exp(soft_clip(scale, math.log(1000) / layers))
        b = shift + (2 * torch.arange(width) + 1) / width - 1
        w = torch.softmax(soft_clip(weight, math.log(1000) / 2), dim=-1)
        z = torch.logit((w * torch.sigmoid(a * y[:, None] + b)).sum(-1))
        (slope,) = torch.autograd.grad(z.sum(), y, create_graph=True)
        y, log_slope = z, log_slope + slope.log()
    grad_x, grad_raw = torch.autograd.grad((y**2 / 2 + log_slope).sum(), (x, raw))
    cases.append(dict(width=width, layers=layers, x=numbers(x), raw=numbers(raw), y=numbers(y), logSlope=numbers(log_slope),
                      gradX=numbers(grad_x), gradRaw=numbers(grad_raw)))

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, 'monotonic-net-map.json'), 'w') as file:
    json.dump({'recipe': 'logit of a mean of sigmoids in PyTorch, float64', 'cases': cases}, file, separators=(',', ':'))
    file.write('\n')
