"""Golden values of planar, radial and Sylvester maps in float64, for classic.test.ts; written beside this file.

PyTorch 1.13: the formulas of Rezende and Mohamed 2015 (eq. 10, 14) and van den Berg et al. 2018 (eq. 11 to 13), made invertible
as the docstrings say; log-determinants from the Jacobians that autograd finds.

Run: python3 classic.py
"""
import json
import os

import torch
from torch.nn.functional import softplus

torch.set_default_dtype(torch.float64)
x = torch.tensor([0.5, -1, 2])


def planar(x):
    u, w, b = torch.tensor([1, -2, 0.5]), torch.tensor([0.3, 0.8, -0.4]), 0.2
    m = -0.999 + softplus(w @ u)
    return x + (u + (m - w @ u) * w / (w @ w)) * torch.tanh(w @ x + b)


def radial(x):
    center, alpha = torch.tensor([1., 0, -1]), softplus(torch.tensor(-0.5)) + 1e-3
    beta = softplus(torch.tensor(0.7)) + 1e-3 - alpha
    return x + beta * (x - center) / (alpha + (x - center).norm())


def sylvester(x):
    outer, inner = 0.9995 * torch.tanh(torch.tensor([0.5, -1])), 0.9995 * torch.tanh(torch.tensor([-0.3, 0.8]))
    r = torch.tensor([[0, 0.7], [0, 0]]) + torch.diag(outer)
    r_tilde = torch.tensor([[0, -0.6], [0, 0]]) + torch.diag(inner)
    v = torch.tensor([1., 2, -1])
    q = (torch.eye(3) - 2 * torch.outer(v, v) / (v @ v))[:, :2]
    return x + q @ r @ torch.tanh(r_tilde @ q.T @ x + torch.tensor([0.1, -0.2]))


golden = {}
for f in (planar, radial, sylvester):
    jacobian = torch.autograd.functional.jacobian(f, x)
    golden[f.__name__] = {'y': f(x).tolist(), 'logDet': torch.linalg.slogdet(jacobian)[1].item()}
with open(os.path.splitext(__file__)[0] + '.json', 'w') as file:
    json.dump(golden, file)
