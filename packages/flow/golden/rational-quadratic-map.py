"""Reference values of zuko's MonotonicRQSTransform for rationalQuadraticMap, written beside this file.

Run: PYTHONPATH=path/to/zuko python3 rational-quadratic-map.py, with PyTorch 1.13 and zuko 1.6.
Computed in float64 from float32 inputs. `x` holds points inside, at the bound and in the tails; `gradX` and `gradRaw` are those of
the sum of y² / 2 + log-slope.
"""
import json
import math
import os
import torch
from zuko.flows.spline import CircularRQSTransform
from zuko.transforms import MonotonicRQSTransform


def numbers(tensor):
    return json.loads(json.dumps(tensor.detach().tolist()), parse_float=lambda text: float('%.9g' % float(text)))


def case(make, x, bins, spread):
    raw = (spread * torch.randn(len(x), 3 * bins - 1)).double().requires_grad_()
    x = x.double().requires_grad_()
    y, log_slope = make(*raw.split([bins, bins, bins - 1], dim=-1)).call_and_ladj(x)
    grad_x, grad_raw = torch.autograd.grad((y**2 / 2 + log_slope).sum(), (x, raw))
    return dict(raw=numbers(raw), x=numbers(x), y=numbers(y), logSlope=numbers(log_slope), gradX=numbers(grad_x), gradRaw=numbers(grad_raw))


torch.manual_seed(0)
cases = []
for bins, bound, slope, spread in [(8, 5.0, 1e-3, 1.0), (3, 2.0, 1e-2, 2.0), (8, 5.0, 1e-3, 10.0), (1, 1.0, 1e-3, 1.0)]:
    x = torch.cat((bound * (2 * torch.rand(24) - 1), torch.tensor([-bound, bound, -1.5 * bound, 100.0, -1e6])))
    made = case(lambda *phi: MonotonicRQSTransform(*phi, bound=bound, slope=slope), x, bins, spread)
    cases.append(dict(bins=bins, bound=bound, leastSlope=slope, **made))

# The circular one of NCSF begins with a shift by half a turn, ends with slopes of 1.
x = math.pi * (2 * torch.rand(24) - 1)
circular = case(CircularRQSTransform, x, 5, 1.0)

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, 'rational-quadratic-map.json'), 'w') as file:
    json.dump({'recipe': 'zuko.transforms.MonotonicRQSTransform, zuko.flows.spline.CircularRQSTransform', 'cases': cases, 'circular': circular}, file, separators=(',', ':'))
    file.write('\n')
