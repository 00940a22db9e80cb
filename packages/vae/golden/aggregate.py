"""Golden values for objectives of the aggregated posterior, from PyTorch in float64: run `python3 aggregate.py > aggregate.json`.

Debian's python3-torch (1.13) was used; nothing here depends on the version.

A linear VAE with the prior N(0, I). Leaf n of the parameters, in their order, holds 0.9 sin(1 + 3 n + 0.7 i) at its element
i; the noise of q holds sin(2 + 1.3 i), the draws from the prior sin(5 + 1.7 i). Pairs are visited one by one.
"""

import json
import math
import sys

import torch
import torch.nn.functional as F
from torch.distributions import Bernoulli, Normal, kl_divergence

torch.set_default_dtype(torch.float64)

FEATURES, LATENTS, BATCH = 3, 2, 3


def leaf(n, *shape):
    size = torch.Size(shape).numel()
    return (0.9 * torch.sin(1 + 3 * n + 0.7 * torch.arange(size))).reshape(shape).requires_grad_()


params = [leaf(0, FEATURES, 2 * LATENTS), leaf(1, 2 * LATENTS), leaf(2, LATENTS, FEATURES), leaf(3, FEATURES)]
x = torch.tensor([[0, 1, 1], [1, 0, 0.0], [1, 1, 0]])
noise = torch.sin(2 + 1.3 * torch.arange(BATCH * LATENTS)).reshape(BATCH, LATENTS)
draws = torch.sin(5 + 1.7 * torch.arange(BATCH * LATENTS)).reshape(BATCH, LATENTS)
prior = Normal(torch.zeros(LATENTS), torch.ones(LATENTS))

loc, raw = (x @ params[0] + params[1]).chunk(2, -1)
q = Normal(loc, F.softplus(raw) + 1e-3)
z = q.loc + q.scale * noise
distortion = -Bernoulli(logits=z @ params[2] + params[3]).log_prob(x).sum(-1).mean()
kl = kl_divergence(q, prior).sum(-1).mean()


def mmd(kernel):
    same = lambda a: sum(kernel(a[i], a[j]) for i in range(BATCH) for j in range(BATCH) if i != j) / (BATCH * (BATCH - 1))
    return same(z) + same(draws) - 2 * sum(kernel(a, b) for a in z for b in draws) / BATCH**2


def gaussian(a, b):
    return torch.exp(-((a - b) ** 2).sum() / (2 * 0.7 * LATENTS))


def multiquadratic(a, b):
    return sum(2 * s * LATENTS / (2 * s * LATENTS + ((a - b) ** 2).sum()) for s in (0.5, 2))


def decomposed(data_size):
    """E log q(z|x), E log q(z), E log prod_j q(z_j), E log p(z), the second and third by minibatch-weighted sampling."""
    log_q, joint, product, log_p = 0, 0, 0, 0
    for i in range(BATCH):
        each = [Normal(q.loc[j], q.scale[j]).log_prob(z[i]) for j in range(BATCH)]
        log_q = log_q + each[i].sum() / BATCH
        joint = joint + torch.log(sum(e.sum().exp() for e in each) / (data_size * BATCH)) / BATCH
        for f in range(LATENTS):
            product = product + torch.log(sum(e[f].exp() for e in each) / (data_size * BATCH)) / BATCH
        log_p = log_p + prior.log_prob(z[i]).sum() / BATCH
    return log_q, joint, product, log_p


def rounded(tensor):
    return [float(f"{v:.9g}") for v in tensor.detach().reshape(-1).tolist()]


def case(loss, **watched):
    grad = torch.autograd.grad(loss, params, retain_graph=True)
    values = {"loss": loss, "distortion": distortion, **watched}
    return {**{name: rounded(value)[0] for name, value in values.items()}, "grad": [rounded(g) for g in grad]}


log_q, joint, product, log_p = decomposed(50)
parts = {"mutualInformation": log_q - joint, "totalCorrelation": joint - product, "dimensionKl": product - log_p}
golden = {
    "info": case(distortion + 0.7 * kl + 9.3 * mmd(gaussian), kl=kl, mmd=mmd(gaussian)),
    "mmd": case(distortion + 10 * mmd(multiquadratic), kl=kl, mmd=mmd(multiquadratic)),
    "tc": case(
        distortion + 0.5 * parts["mutualInformation"] + 6 * parts["totalCorrelation"] + 1.5 * parts["dimensionKl"],
        kl=log_q - log_p,
        **parts,
    ),
}
print(json.dumps(golden, separators=(",", ":")), file=sys.stdout)
