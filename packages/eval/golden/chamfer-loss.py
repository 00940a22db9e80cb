"""Golden values of chamferLoss, from PyTorch in float64: run `python3 chamfer-loss.py > chamfer-loss.json`.

Debian's python3-torch (1.13) was used; nothing here depends on the version. The loss of each of two pairs of clouds, and the
gradients at both clouds of the first loss plus twice the second.
"""

import json
import sys

import numpy as np
import torch


def cloud(seed, points):
    bits = (np.arange(3 * points, dtype=np.uint64) + np.uint64(seed * 1000003)) & np.uint64(0xFFFFFFFF)
    for _ in range(2):
        bits = ((bits ^ (bits >> np.uint64(16))) * np.uint64(0x45D9F3B)) & np.uint64(0xFFFFFFFF)
    bits = bits ^ (bits >> np.uint64(16))
    return (bits / 2**32 - 0.5).astype(np.float32).astype(np.float64).reshape(points, 3)


def rounded(x):
    return [float(f"{v:.9g}") for v in x.detach().reshape(-1).tolist()]


a = torch.tensor(np.stack([cloud(1, 6), cloud(2, 6)]), requires_grad=True)
b = torch.tensor(np.stack([cloud(3, 9), cloud(4, 9)]), requires_grad=True)
squared = ((a[:, :, None] - b[:, None]) ** 2).sum(-1)  # (2, 6, 9)
loss = squared.min(2)[0].mean(1) + squared.min(1)[0].mean(1)
at_a, at_b = torch.autograd.grad(loss[0] + 2 * loss[1], [a, b])
golden = {"loss": rounded(loss), "a": rounded(at_a), "b": rounded(at_b)}
print(json.dumps(golden, separators=(",", ":")), file=sys.stdout)
