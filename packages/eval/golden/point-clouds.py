"""Golden values of the metrics of point clouds, from NumPy and SciPy in float64: run `python3 point-clouds.py > point-clouds.json`.

NumPy 2.4 and SciPy 1.17 were used; nothing here depends on the versions. Each distance comes with the seeds and counts of its clouds. The scores
are those of whole matrices of distances, and of the nearest node of a grid found among all of them.
"""

import json
import sys

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist


def cloud(seed, points):
    bits = (np.arange(3 * points, dtype=np.uint64) + np.uint64(seed * 1000003)) & np.uint64(0xFFFFFFFF)
    for _ in range(2):
        bits = ((bits ^ (bits >> np.uint64(16))) * np.uint64(0x45D9F3B)) & np.uint64(0xFFFFFFFF)
    bits = bits ^ (bits >> np.uint64(16))
    return (bits / 2**32 - 0.5).astype(np.float32).astype(np.float64).reshape(points, 3)


def chamfer(a, b):
    squared = cdist(a, b, "sqeuclidean")
    return squared.min(0).mean() + squared.min(1).mean()


def earth_movers(a, b):
    distances = cdist(a, b)
    return distances[linear_sum_assignment(distances)].mean()


def on_grid(seed, points):
    return np.round(4 * cloud(seed, points)) / 4


def clustered(seed, points, every):
    """Points near 0, each `every`th of them 10 away."""
    moved = np.arange(points) % every == 0
    return (cloud(seed, points) / 128 + 10 * moved[:, None] * np.array([1, 0, 0])).astype(np.float32).astype(np.float64)


def scores(generated, reference, distance):
    between = np.array([[distance(g, r) for r in reference] for g in generated])
    union = generated + reference
    label = np.arange(len(union)) < len(generated)
    all_pairs = np.array([[distance(a, b) for b in union] for a in union]) + np.diag(np.full(len(union), np.inf))
    return {
        "minimumMatchingDistance": between.min(0).mean(),
        "coverage": len(set(between.argmin(1))) / len(reference),
        "nearestNeighbourAccuracy": (label[all_pairs.argmin(1)] == label).mean(),
    }


def divergence(generated, reference, resolution=28, radius=0.5):
    line = np.linspace(-radius, radius, resolution)
    nodes = np.stack(np.meshgrid(line, line, line, indexing="ij"), -1).reshape(-1, 3)
    nodes = nodes[np.linalg.norm(nodes, axis=1) <= radius]
    p, q = [np.bincount(cdist(np.concatenate(s), nodes).argmin(1), minlength=len(nodes)) for s in (generated, reference)]
    p, q = p / p.sum(), q / q.sum()
    entropy = lambda x: -(x[x > 0] * np.log2(x[x > 0])).sum()
    return entropy((p + q) / 2) - (entropy(p) + entropy(q)) / 2


generated = [cloud(500 + i, 24) * [0.9, 0.6 + 0.05 * i, 0.8] for i in range(8)]
reference = [cloud(600 + i, 24) * [0.9, 0.5 + 0.06 * i, 0.8] for i in range(8)]
generated, reference = [[x.astype(np.float32).astype(np.float64) for x in clouds] for clouds in (generated, reference)]

golden = {
    "chamfer": [[s, n, t, m, chamfer(cloud(s, n), cloud(t, m))] for s, n, t, m in [(1, 1, 2, 1), (3, 5, 4, 9), (5, 100, 6, 40)]],
    "earthMovers": [
        [2 * n + 100 * r, 2 * n + 1 + 100 * r, n, earth_movers(cloud(2 * n + 100 * r, n), cloud(2 * n + 1 + 100 * r, n))]
        for n in [1, 2, 3, 5, 8, 16, 33, 64, 100, 200, 300]
        for r in range(3 if n < 200 else 1)
    ],
    "onGrid": [[n, n + 1, n, earth_movers(on_grid(n, n), on_grid(n + 1, n))] for n in [7, 40, 128]],
    "clustered": [[n, n + 1, n, earth_movers(clustered(n, n, 2), clustered(n + 1, n, 3))] for n in [30, 90]],
    "scores": {
        "chamfer": scores(generated, reference, chamfer),
        "earthMovers": scores(generated, reference, earth_movers),
        "divergence": divergence(generated, reference),
        "coarseDivergence": divergence(generated, reference, 5, 0.4),
    },
}
print(json.dumps(golden, separators=(",", ":")), file=sys.stdout)
