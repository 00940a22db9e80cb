"""Golden values of lpipsDistance and featureClassifier: run `PYTHONPATH=PerceptualSimilarity python3 image-scores.py > image-scores.json`.

lpips: its `normalize_tensor`, layers and `spatial_average` on given maps (2, 5, 4, 3) and (2, 3, 2, 6) of `hashed` minus ½, relu'd,
with channel weights `hashed`, and the gradient at the first map of the first images. regression: scikit-learn on `hashed` features
with labels made by an affine map and noise.
"""

import json
import sys

import lpips
import numpy as np
import torch
from hashed import hashed
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler


def rounded(x):
    return [float(f"{v:.9g}") for v in np.asarray(x, dtype=np.float64).reshape(-1)]


def maps(seed):
    first = torch.tensor(hashed(seed, 2, 5, 4, 3).astype(np.float64) - 0.5)
    second = torch.tensor(hashed(seed + 1, 2, 3, 2, 6).astype(np.float64) - 0.5)
    return [x.relu().permute(0, 3, 1, 2).contiguous() for x in (first, second)]


a, b = maps(1), maps(3)
a[0].requires_grad_()
weights = [torch.tensor(hashed(5, 3).astype(np.float64)), torch.tensor(hashed(6, 6).astype(np.float64))]


def distance(weights):
    total = 0
    for x, y, w in zip(a, b, weights):
        squares = (lpips.normalize_tensor(x) - lpips.normalize_tensor(y)) ** 2
        total = total + lpips.spatial_average((squares * w[:, None, None]).sum(1, keepdim=True), keepdim=False)[:, 0]
    return total


plain = distance([torch.ones(3), torch.ones(6)])
judged = distance(weights)
slope = torch.autograd.grad(judged[0] + 2 * judged[1], a[0])[0].permute(0, 2, 3, 1)
empty = (a[0].sum(1, keepdim=True) == 0).permute(0, 2, 3, 1)
# Where no channel is active PyTorch's gradient is no number.
slope = torch.where(empty, torch.zeros(1, dtype=torch.float64), slope)

x, others = hashed(7, 120, 5).astype(np.float64) * 4, hashed(8, 200, 5).astype(np.float64) * 4
hidden = hashed(9, 5, 4).astype(np.float64)
labels = np.argmax((x - 2) @ hidden + hashed(10, 120, 4), axis=1)
truth = np.argmax((others - 2) @ hidden, axis=1)
scaler = StandardScaler().fit(x)
model = LogisticRegression(C=1 / 1.2, tol=1e-10, max_iter=10_000).fit(scaler.transform(x), labels)
guesses = model.predict(scaler.transform(others))
margins = np.sort(model.predict_proba(scaler.transform(others)), axis=1)

golden = {
    "plain": rounded(plain.detach()),
    "judged": rounded(judged.detach()),
    "slope": rounded(slope),
    "labels": labels.tolist(),
    "truth": truth.tolist(),
    "guesses": guesses.tolist(),
    # Guesses nearer to another class than this are left out by the test.
    "sure": (margins[:, -1] - margins[:, -2] > 1e-3).tolist(),
    "accuracy": float((guesses == truth).mean()),
}
print(json.dumps(golden, separators=(",", ":")), file=sys.stdout)
