"""Reference values of PyTorch 1.13 in float64 for selectiveStateSpace, written beside this file: the recurrence step by step.

Run: python3 selective-state-space.py, with PyTorch. Gu and Dao 2023, "Mamba", algorithm 2 and figure 3; B by Euler's rule.
Every number of the state has a loop of its own over time: no scan, no batched trick.
"""
import json
import os
import torch
from torch.nn import functional as F

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
BATCH, TIME, WIDTH, INNER, STATE, KERNEL, RANK = 2, 6, 3, 6, 4, 3, 2

shapes = {
    'input': (WIDTH, 2 * INNER),
    'filter': (KERNEL, INNER),
    'filterBias': (INNER,),
    'select': (INNER, RANK + 2 * STATE),
    'step': (RANK, INNER),
    'stepBias': (INNER,),
    'logDecay': (INNER, STATE),
    'skip': (INNER,),
    'output': (INNER, WIDTH),
}
p = {name: (0.7 * torch.randn(shape)).requires_grad_() for name, shape in shapes.items()}
x = torch.randn(BATCH, TIME, WIDTH, requires_grad=True)

values, gates = (x @ p['input']).chunk(2, -1)
# conv1d wants (batch, channels, time) and (channels, 1, taps)
taps = p['filter'].T[:, None, :]
convolved = F.conv1d(F.pad(values.transpose(1, 2), (KERNEL - 1, 0)), taps, p['filterBias'], groups=INNER)
u = F.silu(convolved.transpose(1, 2))

rows = []
for row in range(BATCH):
    h = torch.zeros(INNER, STATE)
    outputs = []
    for t in range(TIME):
        brief, B, C = (u[row, t] @ p['select']).split([RANK, STATE, STATE])
        delta = F.softplus(brief @ p['step'] + p['stepBias'])
        A = -torch.exp(p['logDecay'])
        h = torch.exp(delta[:, None] * A) * h + (delta * u[row, t])[:, None] * B[None, :]
        y = h @ C + p['skip'] * u[row, t]
        outputs.append((y * F.silu(gates[row, t])) @ p['output'])
    rows.append(torch.stack(outputs))
output = torch.stack(rows)
slopes = torch.autograd.grad((output**2).sum(), [x, *p.values()])


def numbers(tensor):
    return json.loads(json.dumps(tensor.detach().tolist()), parse_float=lambda text: float('%.9g' % float(text)))


here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, 'selective-state-space.json'), 'w') as file:
    json.dump({
        'recipe': 'a Mamba block step by step from a state of zeros; gradients of sum(output^2)',
        'params': {name: numbers(value) for name, value in p.items()},
        'x': numbers(x),
        'output': numbers(output),
        'slopes': {name: numbers(slope) for name, slope in zip(['x', *shapes], slopes)},
    }, file, separators=(',', ':'))
    file.write('\n')
