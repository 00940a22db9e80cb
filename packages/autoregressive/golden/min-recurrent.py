"""Reference values of PyTorch 1.13 in float64 for minGru and minLstm, written beside this file: the recurrences in log space.

Run: python3 min-recurrent.py, with PyTorch. Feng et al. 2024, "Were RNNs all we needed?", appendix B: log h(t) is
log(prod k) + log sum exp of log v(i) - log(prod k up to i), with k what is kept, v what is written and v(0) the state before.
"""
import json
import os
import torch
from torch.nn import functional as F

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
BATCH, TIME, INPUTS, WIDTH = 2, 9, 3, 4


def log_g(x):
    return torch.where(x >= 0, torch.log(F.relu(x) + 0.5), F.logsigmoid(x))


def states(log_kept, log_written):
    """log_kept (batch, time, width), log_written (batch, 1 + time, width), the state before the first step in front."""
    products = F.pad(torch.cumsum(log_kept, 1), (0, 0, 1, 0))
    return torch.exp(products + torch.logcumsumexp(log_written - products, 1))[:, 1:]


def written(log_share, candidate):
    before = log_g(torch.zeros(BATCH, 1, WIDTH))
    return torch.cat([before, log_share + log_g(candidate)], 1)


def min_gru(projected):
    update, candidate = projected.chunk(2, -1)
    return states(F.logsigmoid(-update), written(F.logsigmoid(update), candidate))


def min_lstm(projected):
    forget, write, candidate = projected.chunk(3, -1)
    difference = F.logsigmoid(forget) - F.logsigmoid(write)
    return states(F.logsigmoid(difference), written(F.logsigmoid(-difference), candidate))


def numbers(tensor):
    return json.loads(json.dumps(tensor.detach().tolist()), parse_float=lambda text: float('%.9g' % float(text)))


x = torch.randn(BATCH, TIME, INPUTS)
made = {'recipe': 'h in log space from log g(0); gradients of sum(h^2)', 'x': numbers(x)}
for name, run, gates in [('minGru', min_gru, 1), ('minLstm', min_lstm, 2)]:
    weight = torch.randn(INPUTS, (gates + 1) * WIDTH, requires_grad=True)
    bias = torch.randn((gates + 1) * WIDTH, requires_grad=True)
    output = run(x @ weight + bias)
    slopes = torch.autograd.grad((output**2).sum(), [weight, bias])
    made[name] = {
        'weight': numbers(weight),
        'bias': numbers(bias),
        'output': numbers(output),
        'slopes': {'weight': numbers(slopes[0]), 'bias': numbers(slopes[1])},
    }

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, 'min-recurrent.json'), 'w') as file:
    json.dump(made, file, separators=(',', ':'))
    file.write('\n')
