"""Writes distributions.json: log-probabilities, entropies and divergences by scipy in double precision.

Run: python3 -B distributions.py > distributions.json      (numpy 1.24, scipy 1.10)
"""
import json

import numpy as np
import scipy
from scipy import integrate, stats
from scipy.special import expit, log_expit, log_softmax, logsumexp

X = [-30.0, -3.5, -1.0, -0.25, 0.0, 0.5, 2.0, 7.5, 40.0]
POSITIVE = [1e-3, 0.2, 1.0, 2.5, 60.0]
LOC, SCALE = [0.0, 1.5, -2.0], [1.0, 0.3, 4.0]
LOGITS = [-90.0, -12.0, -1.0, 0.0, 0.3, 15.0, 90.0]
WEIGHTS = [[0.5, -1.0, 2.0, 0.0], [3.0, 3.0, -20.0, 8.0]]


def table(law, xs):
    return [[float(law(loc, scale).logpdf(x)) for loc, scale in zip(LOC, SCALE)] for x in xs]


def divergence(q, p, low, high):
    """KL(q || p) by quadrature."""
    f = lambda x: q.pdf(x) * (q.logpdf(x) - p.logpdf(x))
    return float(integrate.quad(f, low, high, epsabs=1e-12, limit=500)[0])


def mixture(xs):
    logits, loc, scale = np.array([0.0, 1.0, -1.0]), np.array([-2.0, 0.0, 3.0]), np.array([0.5, 1.0, 0.1])
    each = stats.norm(loc, scale).logpdf(np.array(xs)[:, None])
    return {"logits": logits.tolist(), "loc": loc.tolist(), "scale": scale.tolist(),
            "x": xs, "logProb": logsumexp(log_softmax(logits) + each, axis=-1).tolist()}


def log_mass(x, loc, scale, half):
    """log P of a value of a discretised logistic, as a difference of tails on the side where they are small."""
    if x <= -1 + half:
        return stats.logistic.logcdf(x + half, loc, scale)
    if x >= 1 - half:
        return stats.logistic.logsf(x - half, loc, scale)
    tail, near, far = (stats.logistic.logsf, x - half, x + half) if x > loc else (stats.logistic.logcdf, x + half, x - half)
    return tail(near, loc, scale) + np.log1p(-np.exp(tail(far, loc, scale) - tail(near, loc, scale)))


def pixels():
    """256 values from -1 to 1; two components, three channels, each channel's centre moved by those before."""
    logits = np.array([0.4, -0.6])
    loc = np.array([[-0.2, 0.1, 0.5], [0.9, -0.7, 0.0]])
    log_scale = np.array([[-3.0, -1.0, -5.0], [0.0, -2.0, -6.5]])
    coefficients = np.array([[0.5, -0.3, 0.2], [-0.9, 0.8, 0.1]])
    values = [[0, 0, 0], [255, 255, 255], [127, 128, 129], [3, 250, 100], [254, 1, 77]]
    found = []
    for value in values:
        x = np.array(value) * 2 / 255 - 1
        each = []
        for k in range(2):
            c = coefficients[k]
            centres = [loc[k, 0], loc[k, 1] + c[0] * x[0], loc[k, 2] + c[1] * x[0] + c[2] * x[1]]
            each.append(sum(log_mass(x[i], centres[i], np.exp(log_scale[k, i]), 1 / 255) for i in range(3)))
        found.append(float(logsumexp(log_softmax(logits) + np.array(each))))
    return {"logits": logits.tolist(), "loc": loc.tolist(), "logScale": log_scale.tolist(),
            "coefficients": coefficients.tolist(), "values": values, "logProb": found}


p, q = expit(np.array(LOGITS)), expit(np.array(LOGITS[::-1]) / 10)
print(json.dumps({
    "about": "scipy " + scipy.__version__,
    "normal": {"loc": LOC, "scale": SCALE, "x": X, "logProb": table(stats.norm, X),
               "entropy": [float(stats.norm(l, s).entropy()) for l, s in zip(LOC, SCALE)]},
    "logistic": {"loc": LOC, "scale": SCALE, "x": X, "logProb": table(stats.logistic, X),
                 "entropy": [float(stats.logistic(l, s).entropy()) for l, s in zip(LOC, SCALE)]},
    "logNormal": {"loc": LOC, "scale": SCALE, "x": POSITIVE,
                  "logProb": [[float(stats.lognorm(s, scale=np.exp(l)).logpdf(x)) for l, s in zip(LOC, SCALE)]
                              for x in POSITIVE]},
    "bernoulli": {"logits": LOGITS, "ones": log_expit(np.array(LOGITS)).tolist(),
                  "zeros": log_expit(-np.array(LOGITS)).tolist(),
                  "entropy": [float(stats.bernoulli(v).entropy()) for v in p]},
    "categorical": {"logits": WEIGHTS, "logProb": log_softmax(WEIGHTS, axis=-1).tolist(),
                    "entropy": [float(stats.entropy(np.exp(log_softmax(w)))) for w in WEIGHTS]},
    "mixture": mixture(X),
    "pixels": pixels(),
    "kl": {
        "normal": {"q": [[0.0, 1.0], [1.0, 0.5], [-2.0, 3.0]], "p": [[0.0, 1.0], [0.0, 1.0], [1.5, 0.7]],
                   "expected": [divergence(stats.norm(*a), stats.norm(*b), -40, 40)
                                for a, b in zip([[0, 1], [1, 0.5], [-2, 3]], [[0, 1], [0, 1], [1.5, 0.7]])]},
        "logistic": {"q": [0.5, 1.0], "p": [0.0, 1.5],
                     "expected": divergence(stats.logistic(0.5, 1), stats.logistic(0, 1.5), -60, 60)},
        "bernoulli": {"q": [-12.0, -1.0, 0.3, 15.0], "p": [0.5, 0.5, -2.0, -3.0],
                      "expected": [float(stats.entropy([a, 1 - a], [b, 1 - b])) for a, b in
                                   zip(expit(np.array([-12.0, -1.0, 0.3, 15.0])), expit(np.array([0.5, 0.5, -2.0, -3.0])))]},
        "categorical": {"q": WEIGHTS[0], "p": WEIGHTS[1],
                        "expected": float(stats.entropy(*(np.exp(log_softmax(w)) for w in WEIGHTS)))},
    },
}, indent=1))
