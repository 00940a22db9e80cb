"""Strengths of paired comparisons by scipy's optimizer on the log-likelihood as it is written in the papers, intervals by numpy's
linear algebra (Arena-Rank's sandwich without its regularisation); agreement by the packages krippendorff and scikit-learn; intervals
and quantiles by scipy.

    PYTHONPATH=fast-krippendorff python3 golden/judgement.py > golden/judgement.json   # krippendorff 0.8, scipy 1.17, scikit-learn 1.9
"""

import json

import krippendorff
import numpy as np
from scipy import optimize, stats
from sklearn.metrics import cohen_kappa_score

CHOICES = ("left", "right", "tie", "both bad")


def votes_of(rng, names, theta, nu, count):
    votes = []
    for _ in range(count):
        i, j = rng.choice(len(names), 2, replace=False)
        s = (theta[i] - theta[j]) / 2
        p = np.array([np.exp(s), np.exp(-s), nu])
        choice = rng.choice(3, p=p / p.sum())
        votes.append((names[i], names[j], CHOICES[choice if choice < 2 else 2 + rng.randint(2)]))
    return votes


def fit(votes, names, davidson, prior):
    left = np.array([names.index(v[0]) for v in votes])
    right = np.array([names.index(v[1]) for v in votes])
    won = np.array([{"left": 1.0, "right": 0.0}.get(v[2], 0.5) for v in votes])
    tied = won == 0.5
    n = len(names)

    def scores(x):
        """The gradient of each vote's log-likelihood."""
        theta, tau = x[:n], x[n:]
        d = theta[left] - theta[right]
        out = np.zeros((len(votes), len(x)))
        nu = np.exp(tau[0]) if davidson else 0.0
        z = np.exp(d / 2) + np.exp(-d / 2) + nu
        along = won - 0.5 - (np.exp(d / 2) - np.exp(-d / 2)) / (2 * z)
        rows = np.arange(len(votes))
        out[rows, left] += along
        out[rows, right] -= along
        if davidson:
            out[:, n] = tied - nu / z
        return out

    def loss(x):
        d = x[left] - x[right]
        tau = x[n] if davidson else -np.inf
        z = np.logaddexp(np.logaddexp(d / 2, -d / 2), tau)
        ll = (won - 0.5) * d - z + (tied * tau if davidson else 0)
        return -ll.sum() + prior / 2 * (x[:n] ** 2).sum()

    def gradient(x):
        g = -scores(x).sum(0)
        g[:n] += prior * x[:n]
        return g

    x = optimize.minimize(loss, np.zeros(n + davidson), jac=gradient, method="BFGS", options={"gtol": 1e-6}).x
    x = optimize.root(gradient, x, method="lm", tol=1e-15).x
    x[:n] -= x[:n].mean()
    eps = 1e-5
    hessian = np.array([(gradient(x + eps * e) - gradient(x - eps * e)) / (2 * eps) for e in np.eye(len(x))])
    inverse = np.linalg.pinv((hessian + hessian.T) / 2, rcond=1e-8)
    centre = np.eye(len(x))
    centre[:n, :n] -= 1 / n
    s = scores(x)
    z = stats.norm.ppf(0.975) * 400 / np.log(10)
    return {
        "strengths": x[:n].tolist(),
        "ties": float(np.exp(x[n])) if davidson else 0,
        "hessian": (z * np.sqrt(np.diag(centre @ inverse @ centre)[:n])).tolist(),
        "sandwich": (z * np.sqrt(np.diag(centre @ inverse @ s.T @ s @ inverse @ centre)[:n])).tolist(),
    }


def elo(votes, names, k, initial):
    r = {name: initial for name in names}
    for left, right, choice in votes:
        e = 1 / (1 + 10 ** ((r[right] - r[left]) / 400))
        got = {"left": 1.0, "right": 0.0}.get(choice, 0.5)
        r[left] += k * (got - e)
        r[right] -= k * (got - e)
    return r


def fleiss(counts):
    counts = np.array(counts, float)
    n = counts[0].sum()
    p = counts.sum(0) / counts.sum()
    agree = ((counts**2).sum(1) - n) / (n * (n - 1))
    return float((agree.mean() - (p**2).sum()) / (1 - (p**2).sum()))


def main():
    rng = np.random.RandomState(0)
    names = ["a", "b", "c", "d"]
    votes = votes_of(rng, names, np.array([0.8, 0.1, -0.2, -0.7]), 0.5, 120)
    strengths = {
        f"{'davidson' if d else 'half'}-{prior}": fit(votes, names, d, prior) for d in (False, True) for prior in (0, 0.5)
    }
    values = rng.randint(1, 6, 12)
    ratings = []
    for v in values:
        row = [int(np.clip(v + rng.choice([-1, 0, 0, 0, 1]), 1, 5)) for _ in range(4)]
        ratings.append([None if rng.rand() < 0.2 else r for r in row])
    matrix = np.array([[np.nan if r is None else r for r in row] for row in ratings], float).T
    alpha = {
        level: float(krippendorff.alpha(reliability_data=matrix, level_of_measurement=level))
        for level in ("nominal", "ordinal", "interval", "ratio")
    }
    first = [int(v) for v in values]
    second = [int(np.clip(v + rng.choice([-1, 0, 0, 1, 2]), 1, 5)) for v in values]
    whole = [[r or 3 for r in row] for row in ratings]
    wilson = [
        [k, n, level, *map(float, stats.binomtest(k, n).proportion_ci(level, "wilson"))]
        for k, n, level in ((0, 5, 0.95), (9, 10, 0.95), (37, 80, 0.9), (200, 200, 0.99))
    ]
    quantiles = [
        [p, f, float(stats.t.ppf(p, f))] for p in (0.01, 0.6, 0.975, 0.9995) for f in (1, 2, 3, 10, 37, 1000, 30000)
    ]
    normals = [[p, float(stats.norm.ppf(p))] for p in (1e-6, 0.025, 0.5, 0.8, 0.9999)]
    print(
        json.dumps(
            {
                "votes": votes,
                "strengths": strengths,
                "elo": elo(votes, names, 32, 1000),
                "ratings": ratings,
                "alpha": alpha,
                "cohen": {
                    "first": first,
                    "second": second,
                    **{str(w): float(cohen_kappa_score(first, second, weights=w)) for w in (None, "linear", "quadratic")},
                },
                "fleiss": {"ratings": whole, "kappa": fleiss([[row.count(v) for v in range(1, 6)] for row in whole])},
                "wilson": wilson,
                "student": quantiles,
                "normal": normals,
            }
        )
    )


main()
