"""Golden values of the metrics of features, in float64: run `python3 features.py > features.json`.

NumPy 2.4, SciPy 1.17, scikit-learn 1.9 and POT 0.9 were used, and from their repositories, on PYTHONPATH, torch-fidelity 0.4 (kernel distance,
inception score, Fréchet distance) and prdc. Rows come from `rows`, which hashed-rows.ts has too.
"""

import contextlib
import json
import os
import sys

import numpy as np
import ot
import torch
from prdc import compute_prdc
from scipy.linalg import sqrtm
from scipy.spatial.distance import cdist, pdist
from scipy.stats import binomtest, energy_distance, norm, wasserstein_distance
from sklearn.metrics.pairwise import polynomial_kernel, rbf_kernel
from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric
from torch_fidelity.metric_isc import isc_features_to_metric
from torch_fidelity.metric_kid import kid_features_to_metric


def rows(seed, count, width, scale=1.0, shift=0.0):
    bits = (np.arange(count * width, dtype=np.uint64) + np.uint64(seed * 1000003)) & np.uint64(0xFFFFFFFF)
    for _ in range(2):
        bits = ((bits ^ (bits >> np.uint64(16))) * np.uint64(0x45D9F3B)) & np.uint64(0xFFFFFFFF)
    bits = bits ^ (bits >> np.uint64(16))
    return (bits / 2**32 - 0.5).reshape(count, width) * scale + shift


def frechet(a, b):
    c, d = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    return ((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(c + d) - 2 * np.trace(sqrtm(c @ d)).real


def frechet_singular(a, b):
    """The trace of the root is the sum of the singular values of X Yᵀ, which no root of a rounded zero disturbs."""
    x, y = ((z - z.mean(0)) / np.sqrt(len(z) - 1) for z in (a, b))
    mean = ((a.mean(0) - b.mean(0)) ** 2).sum()
    return mean + (x**2).sum() + (y**2).sum() - 2 * np.linalg.svd(x @ y.T, compute_uv=False).sum()


def torch_frechet(a, b):
    return fid_statistics_to_metric(*(fid_features_to_statistics(torch.tensor(x)) for x in (a, b)), False)["frechet_inception_distance"]


def kernel_distance(a, b, **options):
    found = kid_features_to_metric(
        torch.tensor(a), torch.tensor(b), kid_subsets=1, kid_subset_size=len(a), kid_kernel="poly", rng_seed=0, verbose=False, **options
    )
    return found["kernel_inception_distance_mean"]


def discrepancy(kernel, a, b, unbiased):
    m, n = len(a), len(b)
    k, l = kernel(a, a), kernel(b, b)
    if not unbiased:
        return k.mean() + l.mean() - 2 * kernel(a, b).mean()
    return (k.sum() - np.trace(k)) / (m * (m - 1)) + (l.sum() - np.trace(l)) / (n * (n - 1)) - 2 * kernel(a, b).mean()


a, b = rows(1, 90, 6), rows(2, 70, 6, 1.3, 0.2)
repeated = lambda x: np.concatenate([x, x[:, :3], 2 * x[:, 1:2]], 1)  # more rows than columns, and singular
logits = rows(7, 60, 5, 8)
directions = rows(9, 7, 6)
directions /= np.linalg.norm(directions, axis=1, keepdims=True)
sigma = np.median(pdist(np.concatenate([a, b])))
rbf = lambda *sigmas: lambda x, y: np.mean([rbf_kernel(x, y, 1 / (2 * s * s)) for s in sigmas], 0)
line = [rows(3, 40, 1), rows(4, 65, 1, 1.5, 0.1)]
with open(os.devnull, "w") as nothing, contextlib.redirect_stdout(nothing):
    shares = compute_prdc(rows(5, 150, 4), rows(6, 130, 4, 0.8, 0.1), 5)

golden = {
    "frechet": frechet(a, b),
    "frechetTorchFidelity": torch_frechet(a, b),
    "frechetFar": frechet(rows(1, 300, 6, 1, 1e5), rows(2, 280, 6, 1.3, 1e5)),
    "frechetWide": frechet(rows(11, 300, 40), rows(12, 260, 40, 1.5)),
    "frechetRepeated": frechet_singular(repeated(a), repeated(b)),
    "frechetFewRows": frechet_singular(rows(13, 20, 50), rows(14, 30, 50, 1.2)),
    "kernelDistance": kernel_distance(a[:70], b),
    "kernelDistanceQuadratic": kernel_distance(a[:70], b, kid_kernel_poly_degree=2, kid_kernel_poly_gamma=0.5, kid_kernel_poly_coef0=0.25),
    # Ours gives row i to part i mod 4, theirs takes 15 rows after another.
    "inceptionScore": list(isc_features_to_metric(torch.tensor(logits.reshape(15, 4, 5).swapaxes(0, 1).reshape(60, 5)), 4, False).values()),
    "precisionRecall": {name: float(share) for name, share in shares.items()},
    "wassersteinLine": wasserstein_distance(line[0][:, 0], line[1][:, 0]),
    "slicedWasserstein": ot.sliced_wasserstein_distance(a, b, projections=directions.T, p=2),
    "slicedWassersteinOrder1": ot.sliced_wasserstein_distance(a, b, projections=directions.T, p=1),
    "energyLine": energy_distance(line[0][:, 0], line[1][:, 0]),
    "energy": np.sqrt(2 * cdist(a, b).mean() - cdist(a, a).mean() - cdist(b, b).mean()),
    "discrepancyMedian": discrepancy(rbf(sigma), a, b, True),
    "discrepancyMedianBiased": discrepancy(rbf(sigma), a, b, False),
    "discrepancyBandwidths": discrepancy(rbf(0.3, 1, 3), a, b, True),
    "discrepancyPolynomial": discrepancy(lambda x, y: polynomial_kernel(x, y, 2, 0.5, 0.25), a, b, True),
    "binomial": [*binomtest(37, 50).proportion_ci(0.9, "wilson"), norm.sf((37 / 50 - 0.5) * 2 * np.sqrt(50))],
}
print(json.dumps(golden, indent=2), file=sys.stdout)
