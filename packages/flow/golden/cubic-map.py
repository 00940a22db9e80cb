"""Reference values of SciPy's cubic Hermite spline for cubicMap, written beside this file.

Run: python3 cubic-map.py, with numpy and SciPy. Slopes at knots are Steffen's (1990), eq. 8 to 11, in their form with signs; bins are
softmax of raw numbers clipped softly to half of log 1000, slopes at the ends 2 sigmoid of such clipped to log 1000, times those of
the first and last bin. Beyond the bound lines go on with the slopes of the ends.
"""
import json
import os
import numpy as np
from scipy.interpolate import CubicHermiteSpline
from scipy.special import expit, softmax


def soft_clip(x, limit):
    return x / (1 + abs(x / limit))


def spline(raw, bins, bound):
    limit = np.log(1000)
    sizes = softmax(soft_clip(raw[:2 * bins].reshape(2, bins), limit / 2), axis=1)
    x, y = bound * (2 * np.concatenate((np.zeros((2, 1)), np.cumsum(sizes, axis=1)), axis=1) - 1)
    h, s = np.diff(x), np.diff(y) / np.diff(x)
    p = (s[:-1] * h[1:] + s[1:] * h[:-1]) / (h[:-1] + h[1:])
    inner = (np.sign(s[:-1]) + np.sign(s[1:])) * np.minimum(np.minimum(abs(s[:-1]), abs(s[1:])), abs(p) / 2)
    ends = 2 * expit(soft_clip(raw[2 * bins:], limit)) * s[[0, -1]]
    return CubicHermiteSpline(x, y, np.concatenate((ends[:1], inner, ends[1:])))


def value(f, x, bound):
    near = np.clip(x, -bound, bound)
    return f(near) + f(near, 1) * (x - near), np.log(f(near, 1))


def numbers(values):
    return [float('%.9g' % v) for v in values]


rng = np.random.default_rng(0)
cases = []
for bins, bound, spread in [(8, 5.0, 1.0), (3, 2.0, 3.0), (1, 1.0, 1.0)]:
    raw = (spread * rng.standard_normal((16, 2 * bins + 2))).astype(np.float32)
    x = (1.3 * bound * (2 * rng.random(16) - 1)).astype(np.float32)
    pairs = [value(spline(r.astype(float), bins, bound), float(v), bound) for r, v in zip(raw, x)]
    cases.append(dict(bins=bins, bound=bound, raw=[numbers(r) for r in raw], x=numbers(x),
                      y=numbers(p[0] for p in pairs), logSlope=numbers(p[1] for p in pairs)))

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, 'cubic-map.json'), 'w') as file:
    json.dump({'recipe': 'scipy.interpolate.CubicHermiteSpline with the slopes of Steffen 1990', 'cases': cases}, file, separators=(',', ':'))
    file.write('\n')
