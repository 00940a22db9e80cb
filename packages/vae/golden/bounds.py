"""Golden values for the bounds of @genai/vae, from PyTorch in float64: run `python3 bounds.py > bounds.json`.

Debian's python3-torch (1.13) was used; nothing here depends on the version.

A small variational autoencoder with weights, data and noise of its own; for each objective its loss and the gradient at
every parameter, in the order of the parameters. z = loc + scale * noise, scale = softplus(raw) + 0.001. The gradient of
the importance-weighted bound is not that of its logarithm but Burda et al. 2016, eq. 14, written out: the weights
normalised and held fixed, in front of the gradients of their logarithms.
"""

import json
import sys

import torch
import torch.nn.functional as F
from torch.distributions import Bernoulli, Normal, kl_divergence

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)

FEATURES, HIDDEN, LATENTS, BATCH, SAMPLES = 4, 5, 2, 3, 4


def rounded(tensor):
    return [float(f"{v:.9g}") for v in tensor.detach().reshape(-1).tolist()]


def drawn(*shape):
    return torch.randn(shape).mul(1000).round().div(1000)


def net(sizes):
    return [(drawn(a, b).requires_grad_(), drawn(b).mul(0.5).requires_grad_()) for a, b in zip(sizes, sizes[1:])]


def apply(layers, x):
    for weight, bias in layers[:-1]:
        x = F.silu(x @ weight + bias)
    weight, bias = layers[-1]
    return x @ weight + bias


def normal(output):
    loc, raw = output.chunk(2, -1)
    return Normal(loc, F.softplus(raw) + 1e-3)


def logistic(z):
    """log of the density of Logistic(0, 1)."""
    return -z - 2 * F.softplus(-z)


encoder = net([FEATURES, HIDDEN, 2 * LATENTS])
binary = net([LATENTS, HIDDEN, FEATURES])
gaussian = net([LATENTS, HIDDEN, 2 * FEATURES])
x = (torch.rand(BATCH, FEATURES) > 0.5).double()
noise = drawn(SAMPLES, BATCH, LATENTS)
prior = Normal(torch.zeros(LATENTS), torch.ones(LATENTS))


def log_likelihood(decoder, z):
    output = apply(decoder, z)
    px = Bernoulli(logits=output) if decoder is binary else normal(output)
    return px.log_prob(x).sum(-1)


def elbo(decoder, beta=1.0, free_bits=0.0, estimated=False):
    q = normal(apply(encoder, x))
    z = q.loc + q.scale * noise[0]
    distortion = -log_likelihood(decoder, z).mean()
    if estimated:
        kl = (q.log_prob(z) - logistic(z)).sum(-1).mean()
        cost = kl
    else:
        each = kl_divergence(q, prior)  # (batch, latents)
        kl = each.sum(-1).mean()
        cost = each.mean(0).clamp(min=free_bits).sum()
    return distortion + beta * cost, {"kl": kl, "distortion": distortion}


def log_weights(decoder, samples):
    q = normal(apply(encoder, x))
    z = q.loc + q.scale * noise[:samples]
    return log_likelihood(decoder, z) + (prior.log_prob(z) - q.log_prob(z)).sum(-1)  # (samples, batch)


def closed_form_bound(decoder):
    q = normal(apply(encoder, x))
    return log_likelihood(decoder, q.loc + q.scale * noise[0]) - kl_divergence(q, prior).sum(-1)


def case(name, decoder, loss, watched, surrogate=None):
    params = [p for layer in encoder + decoder for p in layer]
    grad = torch.autograd.grad(loss if surrogate is None else surrogate, params)
    return {
        "name": name,
        "decoder": "binary" if decoder is binary else "gaussian",
        "loss": rounded(loss)[0],
        **{key: rounded(value)[0] for key, value in watched.items()},
        "grad": [rounded(g) for g in grad],
    }


def iwae(decoder):
    logw = log_weights(decoder, SAMPLES)
    loss = -logw.exp().mean(0).log().mean()
    fixed = (logw.exp() / logw.exp().sum(0)).detach()
    return case("iwae", decoder, loss, {}, -(fixed * logw).sum(0).mean())


golden = {
    "x": {"shape": list(x.shape), "values": rounded(x)},
    "noise": {"shape": list(noise.shape), "values": rounded(noise)},
    **{
        name: [{"weight": [list(w.shape), rounded(w)], "bias": [list(b.shape), rounded(b)]} for w, b in layers]
        for name, layers in [("encoder", encoder), ("binary", binary), ("gaussian", gaussian)]
    },
    "cases": [
        case("elbo", binary, *elbo(binary)),
        case("elbo, gaussian decoder", gaussian, *elbo(gaussian)),
        case("elbo, beta 4", binary, *elbo(binary, beta=4)),
        # The two features cost 0.49 and 2.49 nats: one below, one above.
        case("elbo, free bits", binary, *elbo(binary, beta=0.5, free_bits=0.8)),
        case("elbo, logistic prior", binary, *elbo(binary, estimated=True)),
        iwae(binary),
        iwae(gaussian),
    ],
    # log 1/S sum w, one number for each x and number of samples; for one sample with the KL divergence in closed form.
    "bounds": {
        "1": rounded(closed_form_bound(binary)),
        "2": rounded(log_weights(binary, 2).exp().mean(0).log()),
        "4": rounded(log_weights(binary, 4).exp().mean(0).log()),
    },
}
print(json.dumps(golden, separators=(",", ":")).replace('{"name"', '\n{"name"'), file=sys.stdout)
