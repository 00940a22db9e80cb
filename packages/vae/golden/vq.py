"""Golden values for the loss of a vector-quantised autoencoder, from PyTorch in float64: run `python3 vq.py > vq.json`.

Debian's python3-torch (1.13) was used; nothing here depends on the version.

van den Oord et al. 2017, eq. 3, with sg written as `detach`: the loss and the gradient at every parameter. The encoder is
an affine map of every place of a grid, the decoder p(x | z) a normal distribution, loc and softplus(raw) + 0.001 from
another. Nearest codes are found by brute force.
"""

import json

import torch
import torch.nn.functional as F
from torch.distributions import Normal

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)

BATCH, PLACES, FEATURES, WIDTH, CODES = 3, 4, 3, 2, 5


def rounded(tensor):
    return [float(f"{v:.9g}") for v in tensor.detach().reshape(-1).tolist()]


def drawn(*shape):
    return torch.randn(shape).mul(1000).round().div(1000)


x = drawn(BATCH, PLACES, FEATURES)
params = {
    "encoder.weight": drawn(FEATURES, WIDTH),
    "encoder.bias": drawn(WIDTH),
    "decoder.weight": drawn(WIDTH, 2 * FEATURES),
    "decoder.bias": drawn(2 * FEATURES),
    "codes": drawn(CODES, WIDTH),
}
for p in params.values():
    p.requires_grad_()

cases = []
for commitment, code_book in [(0.25, 1.0), (2.0, 0.0)]:
    z = x @ params["encoder.weight"] + params["encoder.bias"]
    squares = (z.unsqueeze(-2) - params["codes"]).pow(2).sum(-1)  # (batch, places, codes)
    indices = squares.argmin(-1)
    e = params["codes"][indices]
    through = z + (e - z).detach()
    loc, raw = (through @ params["decoder.weight"] + params["decoder.bias"]).chunk(2, -1)
    distortion = -Normal(loc, F.softplus(raw) + 1e-3).log_prob(x).sum((1, 2)).mean()
    held = (z - e.detach()).pow(2).sum(-1).mean()
    moved = (z.detach() - e).pow(2).sum(-1).mean()
    loss = distortion + commitment * held + code_book * moved
    grad = torch.autograd.grad(loss, list(params.values()), allow_unused=True)
    share = torch.bincount(indices.reshape(-1), minlength=CODES).double() / indices.numel()
    cases.append(
        {
            "commitment": commitment,
            "codeBook": code_book,
            "loss": rounded(loss)[0],
            "distortion": rounded(distortion)[0],
            "held": rounded(held)[0],
            "perplexity": rounded((-torch.special.xlogy(share, share).sum()).exp())[0],
            "indices": indices.reshape(-1).tolist(),
            "grad": {
                name: rounded(torch.zeros_like(p) if g is None else g) for (name, p), g in zip(params.items(), grad)
            },
        }
    )

golden = {
    "x": {"shape": list(x.shape), "values": rounded(x)},
    "params": {name: {"shape": list(p.shape), "values": rounded(p)} for name, p in params.items()},
    "cases": cases,
}
print(json.dumps(golden, separators=(",", ":")))
