"""Golden values of the gradient penalties, from PyTorch in float64: run `python3 gradient-penalty.py > gradient-penalty.json`.

Debian's python3-torch (1.13) was used; nothing here depends on the version. For each critic and penalty its value and its
gradient at the critic's parameters, through the gradient at the examples (create_graph).

Leaf n of the parameters, in their order, holds 0.9 sin(1 + 3 n + 0.7 i) at its element i; real examples hold
sin(0.3 + 1.7 i), generated ones 0.8 cos(0.5 + 0.9 i). The noise is that of key(3) in our library: uniformNoise(key(3),
[batch, 1, ...]) and normalNoise(key(3), [3, 2]).
"""

import json
import sys

import torch
from torch.nn.functional import conv2d, leaky_relu, softplus

torch.set_default_dtype(torch.float64)

UNIFORM = {2: [0.07405257225036621, 0.938144326210022], 3: [0.07405257225036621, 0.938144326210022, 0.6489570140838623]}
NORMAL = [-1.4462569952011108, 1.5393810272216797, 0.38250625133514404, 1.970701813697815, -0.5876674056053162, 0.20941562950611115]


def wave(n, shape):
    size = torch.Size(shape).numel()
    return (0.9 * torch.sin(1 + 3 * n + 0.7 * torch.arange(size))).reshape(shape).requires_grad_()


def dense(x, weight, bias):
    return x @ weight + bias


def leaky(x):
    return leaky_relu(x, 0.2)


def mlp(act):
    return lambda p, x: dense(act(dense(x, p[0], p[1])), p[2], p[3])[:, 0]


def conv(p, x):  # images and filters as ours: (batch, height, width, channels), (height, width, inputs, outputs)
    y = conv2d(x.permute(0, 3, 1, 2), p[0].permute(3, 2, 0, 1), p[1], stride=2, padding=1)
    return dense(leaky(y).permute(0, 2, 3, 1).reshape(x.shape[0], -1), p[2], p[3])[:, 0]


critics = {
    "leakyRelu": (mlp(leaky), [(2, 4), (4,), (4, 1), (1,)], (3, 2)),
    "softplus": (mlp(softplus), [(2, 4), (4,), (4, 1), (1,)], (3, 2)),
    "convolution": (conv, [(3, 3, 1, 3), (3,), (27, 1), (1,)], (2, 6, 6, 1)),
}


def slope2(judge, x):
    x = x.detach().requires_grad_()
    (grad,) = torch.autograd.grad(judge(x).sum(), x, create_graph=True)
    return grad.reshape(x.shape[0], -1).square().sum(1)


def to_one(judge, x):
    return (slope2(judge, x).sqrt() - 1).square().mean()


def rounded(x):
    return [float(f"{v:.9g}") for v in x.detach().reshape(-1).tolist()]


golden = {}
for name, (net, shapes, shape) in critics.items():
    i = torch.arange(torch.Size(shape).numel())
    real, fake = torch.sin(0.3 + 1.7 * i).reshape(shape), 0.8 * torch.cos(0.5 + 0.9 * i).reshape(shape)
    share = torch.tensor(UNIFORM[shape[0]]).reshape(-1, *[1] * (len(shape) - 1))
    penalties = {
        "r1": lambda judge: 3.0 / 2 * slope2(judge, real).mean(),
        "r2": lambda judge: 0.5 / 2 * slope2(judge, fake).mean(),
        "gradientPenalty": lambda judge: 10 * to_one(judge, share * real + (1 - share) * fake),
    }
    if len(shape) == 2:
        around = real + 0.5 * real.std(unbiased=False) * torch.tensor(NORMAL).reshape(shape)
        penalties["dragan"] = lambda judge: 7 * to_one(judge, around)
    for penalty, cost in penalties.items():
        params = [wave(n, s) for n, s in enumerate(shapes)]
        value = cost(lambda x: net(params, x))
        grad = torch.autograd.grad(value, params, allow_unused=True)
        golden.setdefault(name, {})[penalty] = {
            "value": rounded(value),
            "grad": [rounded(torch.zeros_like(p) if g is None else g) for p, g in zip(params, grad)],
        }
print(json.dumps(golden, separators=(",", ":")), file=sys.stdout)
