"""Golden values of the adversarial losses, from PyTorch in float64: run `python3 losses.py > losses.json`.

Debian's python3-torch (1.13) was used; nothing here depends on the version. For each loss what the critic descends with its
gradient at what it gave for real and for fake examples, and what the generator descends with its gradient at the latter.
"""

import json
import sys

import torch
from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy
from torch.nn.functional import logsigmoid, mse_loss, relu

torch.set_default_dtype(torch.float64)
real = torch.tensor([0.7, -1.3, 2.1, 0.2], requires_grad=True)
fake = torch.tensor([-0.4, 1.6, -2.2, 30.0], requires_grad=True)


def ones(x):
    return torch.ones_like(x)


def told(r, f):
    return cross_entropy(r, ones(r)) + cross_entropy(f, 0 * ones(f))


losses = {
    "minimax": (told, lambda r, f: -cross_entropy(f, 0 * ones(f))),
    "nonSaturating": (told, lambda r, f: cross_entropy(f, ones(f))),
    "leastSquares": (lambda r, f: mse_loss(r, ones(r)) + mse_loss(f, 0 * ones(f)), lambda r, f: mse_loss(f, ones(f))),
    "hinge": (lambda r, f: relu(1 - r).mean() + relu(1 + f).mean(), lambda r, f: -f.mean()),
    "wasserstein": (lambda r, f: f.mean() - r.mean(), lambda r, f: -f.mean()),
    "relativistic": (lambda r, f: -logsigmoid(r - f).mean(), lambda r, f: -logsigmoid(f - r).mean()),
}


def rounded(x):
    return [float(f"{v:.9g}") for v in x.detach().reshape(-1).tolist()]


golden = {}
for name, (critic, generator) in losses.items():
    c, g = critic(real, fake), generator(real, fake)
    at_real, at_fake = torch.autograd.grad(c, [real, fake])
    golden[name] = {
        "critic": {"loss": rounded(c), "real": rounded(at_real), "fake": rounded(at_fake)},
        "generator": {"loss": rounded(g), "fake": rounded(torch.autograd.grad(g, fake)[0])},
    }
print(json.dumps(golden, separators=(",", ":")), file=sys.stdout)
