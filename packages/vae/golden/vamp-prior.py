"""Golden values for the gated VAE with a VampPrior, from PyTorch in float64: run `python3 vamp-prior.py > vamp-prior.json`.

Debian's python3-torch (1.13) was used; nothing here depends on the version.

Leaf n of the parameters, in their order, holds 0.9 sin(1 + 3 n + 0.7 i) at its element i, so no weight need be written
down; but the bias of the log-variance is (-7, 0.3): its first feature is clipped. Negative pseudo-inputs are clipped too.
z = loc + scale * noise with noise[i] = sin(2 + 1.3 i).
"""

import json
import sys

import torch

torch.set_default_dtype(torch.float64)

INPUTS, HIDDEN, LATENTS, COUNT, BATCH = 4, [3, 5], 2, 3, 2
params = []


def wave(n, *shape):
    size = torch.Size(shape).numel()
    return (0.9 * torch.sin(1 + 3 * n + 0.7 * torch.arange(size))).reshape(shape)


def leaf(*shape):
    params.append(wave(len(params), *shape).requires_grad_())
    return params[-1]


def affine(a, b):
    return leaf(a, b), leaf(b)


def gates(sizes):
    return [(affine(a, b), affine(a, b)) for a, b in zip(sizes, sizes[1:])]


def linear(layer, x):
    return x @ layer[0] + layer[1]


def through(layers, x):
    for value, gate in layers:
        x = linear(value, x) * torch.sigmoid(linear(gate, x))
    return x


encoder, loc, log_variance = gates([INPUTS, *HIDDEN]), affine(HIDDEN[-1], LATENTS), affine(HIDDEN[-1], LATENTS)
decoder, logits = gates([LATENTS, *HIDDEN[::-1]]), affine(HIDDEN[0], INPUTS)
pseudo = leaf(COUNT, INPUTS)
log_variance[1].data = torch.tensor([-7, 0.3])


def q(x):
    h = through(encoder, x)
    scale = torch.nn.functional.hardtanh(linear(log_variance, h), -6, 2).mul(0.5).exp()
    return torch.distributions.Independent(torch.distributions.Normal(linear(loc, h), scale), 1)


x = torch.tensor([[0, 1, 1, 0], [1, 0, 1, 1.0]])
noise = torch.sin(2 + 1.3 * torch.arange(BATCH * LATENTS)).reshape(BATCH, LATENTS)
posterior = q(x)
z = posterior.base_dist.loc + posterior.base_dist.scale * noise
components = q(torch.nn.functional.hardtanh(pseudo, 0, 1))
log_prior = components.log_prob(z[:, None]).logsumexp(1) - torch.log(torch.tensor(float(COUNT)))
kl = (posterior.log_prob(z) - log_prior).mean()
mean = linear(logits, through(decoder, z))
distortion = -torch.distributions.Bernoulli(logits=mean).log_prob(x).sum(-1).mean()
grad = torch.autograd.grad(distortion + kl, params)


def rounded(tensor):
    return [float(f"{v:.9g}") for v in tensor.detach().reshape(-1).tolist()]


golden = {
    "logPrior": rounded(log_prior),
    "kl": rounded(kl)[0],
    "distortion": rounded(distortion)[0],
    "grad": [rounded(g) for g in grad],
}
print(json.dumps(golden, separators=(",", ":")), file=sys.stdout)
