"""Golden values for the importance-weighted objectives, from PyTorch in float64: run `python3 importance.py > importance.json`.

Debian's python3-torch (1.13) was used; nothing here depends on the version.

A linear VAE with a learnt normal prior. Leaf n of the parameters, in their order, holds 0.9 sin(1 + 3 n + 0.7 i) at its
element i; the noise holds sin(2 + 1.3 i). Where decoder and encoder descend different bounds, each gradient is taken by a
backward pass of its own; that of the doubly reparameterised estimator is chained by hand from the gradient at z.
"""

import json
import math
import sys

import torch
import torch.nn.functional as F
from torch.distributions import Bernoulli, Normal

torch.set_default_dtype(torch.float64)

FEATURES, LATENTS, BATCH, M, K = 3, 2, 2, 3, 2


def leaf(n, *shape):
    size = torch.Size(shape).numel()
    return (0.9 * torch.sin(1 + 3 * n + 0.7 * torch.arange(size))).reshape(shape).requires_grad_()


encoder = [leaf(0, FEATURES, 2 * LATENTS), leaf(1, 2 * LATENTS)]
decoder = [leaf(2, LATENTS, FEATURES), leaf(3, FEATURES)]
prior = [leaf(4, LATENTS), leaf(5, LATENTS)]
params = encoder + decoder + prior
x = torch.tensor([[0, 1, 1], [1, 0, 0.0]])
noise = torch.sin(2 + 1.3 * torch.arange(M * K * BATCH * LATENTS)).reshape(M * K, BATCH, LATENTS)


def posterior():
    loc, raw = (x @ encoder[0] + encoder[1]).chunk(2, -1)
    return Normal(loc, F.softplus(raw) + 1e-3)


def parts(z, q):
    likelihood = Bernoulli(logits=z @ decoder[0] + decoder[1]).log_prob(x).sum(-1)
    return likelihood, (Normal(prior[0], prior[1].exp()).log_prob(z) - q.log_prob(z)).sum(-1)  # (draws, batch)


def bound(log_w, group):
    return (log_w.reshape(-1, group, BATCH).logsumexp(1) - math.log(group)).mean()


def rounded(tensor):
    return [float(f"{v:.9g}") for v in tensor.detach().reshape(-1).tolist()]


def case(loss, grads, group):
    w = log_w.detach().exp().reshape(-1, group, BATCH)
    effective = (w.sum(1) ** 2 / (w**2).sum(1)).mean()
    watched = {"distortion": -likelihood.mean(), "kl": -ratio.mean(), "effectiveSamples": effective}
    return {
        "loss": rounded(loss)[0],
        **{name: rounded(value)[0] for name, value in watched.items()},
        "grad": [rounded(g) for g in grads],
    }


def grad(loss, of):
    return list(torch.autograd.grad(loss, of, retain_graph=True))


q = posterior()
z = q.loc + q.scale * noise
likelihood, ratio = parts(z, q)
log_w = likelihood + ratio

miwae = -bound(log_w, K)
iwae = -bound(log_w, M * K)
ciwae = -(0.3 * log_w.mean() + 0.7 * bound(log_w, M * K))

at = z.detach().requires_grad_()
fixed = Normal(q.loc.detach(), q.scale.detach())
log_w_at_z = sum(parts(at, fixed))
share = torch.softmax(log_w_at_z, 0).detach()
(at_z,) = torch.autograd.grad(-(share**2 * log_w_at_z).sum(0).mean(), at)
dreg = list(torch.autograd.grad(z, encoder, at_z, retain_graph=True))

golden = {
    "miwae": case(miwae, grad(miwae, params), K),
    "ciwae": case(ciwae, grad(ciwae, params), M * K),
    "piwae": case(iwae, grad(miwae, encoder) + grad(iwae, decoder + prior), M * K),
    "iwae": case(iwae, grad(iwae, params), M * K),
    "dreg": case(iwae, dreg + grad(iwae, decoder + prior), M * K),
}
print(json.dumps(golden, separators=(",", ":")), file=sys.stdout)
