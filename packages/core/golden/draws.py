"""Writes draws.json: the numbers of core/random by an independent route.

Threefry-2x32 on whole numpy arrays of counters; the error function and its inverse by scipy in double precision, so that
the float32 polynomial of the package is checked against the exact function and not against itself.

Run: python3 draws.py > draws.json      (numpy 1.24, scipy 1.10)
"""
import json

import numpy as np
from scipy.special import erf, erfinv

U32 = np.uint32


def threefry(key, hi, lo):
    rotations = ((13, 15, 26, 6), (17, 29, 16, 24))
    words = [U32(key[0]), U32(key[1]), U32(key[0]) ^ U32(key[1]) ^ U32(0x1BD11BDA)]
    a, b = np.asarray(hi, U32) + words[0], np.asarray(lo, U32) + words[1]
    for group in range(5):
        for turn in rotations[group & 1]:
            a = a + b
            b = ((b << U32(turn)) | (b >> U32(32 - turn))) ^ a
        a = a + words[(group + 1) % 3]
        b = b + words[(group + 2) % 3] + U32(group + 1)
    return a, b


def split(key, count=2):
    a, b = threefry(key, np.zeros(count), np.arange(count))
    return list(zip(a.tolist(), b.tolist()))


def bits(key, count):
    a, b = threefry(key, np.zeros(count), np.arange(count))
    return a ^ b


def uniform(key, count, low=0.0, high=1.0):
    low, high = np.float32(low), np.float32(high)
    unit = ((bits(key, count) >> U32(9)) | U32(0x3F800000)).view(np.float32) - np.float32(1)
    return np.maximum(low, unit * (high - low) + low)


def inverse(u):
    """sqrt(2) erfinv(u). JAX squares u in float32 on the way, which the tails feel; so the exact function is taken there."""
    rounded = np.sqrt((u * u).astype(np.float64))
    return np.sqrt(2) * u * erfinv(rounded) / rounded


def normal(key, count):
    return inverse(uniform(key, count, np.nextafter(np.float32(-1), np.float32(0)), 1))


def truncated_normal(key, count, lower=-2.0, upper=2.0):
    return inverse(uniform(key, count, erf(lower / np.sqrt(2)), erf(upper / np.sqrt(2))))


def gumbel(key, count):
    u = uniform(key, count, np.finfo(np.float32).tiny, 1).astype(np.float64)
    return -np.log(-np.log(u))


def integers(key, count, low, high):
    """(high word, low word) as one 64-bit number mod the span, in whole-number arithmetic (spans up to 2**16)."""
    span = high - low
    assert span <= 2**16
    first, second = split(key)
    wide = (bits(first, count).astype(object) << 32) + bits(second, count).astype(object)
    return [int(w % span) + low for w in wide]


def permutation(key, count):
    order = np.arange(count)
    for _ in range(int(np.ceil(3 * np.log(max(1, count)) / np.log(2**32 - 1)))):
        key, words = split(key)
        order = order[np.argsort(bits(words, count), kind="stable")]
    return order


def categorical(key, logits, count):
    logits = np.asarray(logits, np.float32)
    noise = gumbel(key, count * len(logits)).reshape(count, len(logits))
    return np.argmax(noise + logits, axis=-1)


def case(function, seed, count, expected, **options):
    values = [float(v) if isinstance(v, (float, np.floating)) else int(v) for v in expected]
    return {"function": function, "seed": seed, "count": count, "options": options, "expected": values}


def tails(seed, count, keep):
    """The largest magnitudes among many normal numbers, with their places."""
    values = normal((0, seed), count)
    places = np.sort(np.argsort(-np.abs(values))[:keep])
    return {"seed": seed, "count": count, "places": places.tolist(), "expected": values[places].tolist()}


LOGITS = [0.5, -1.0, 2.0, 0.0, -3.0]
big = permutation((0, 8), 5000)
print(json.dumps({
    "about": "numbers by an independent route (draws.py): numpy " + np.__version__,
    "cases": [
        case("randomBits", 7, 5, bits((0, 7), 5)),
        case("randomBits", 2**32 * 3 + 5, 3, bits((3, 5), 3)),
        case("randomUniform", 7, 8, uniform((0, 7), 8, -3, 5), min=-3, max=5),
        case("randomNormal", 11, 32, normal((0, 11), 32)),
        case("randomTruncatedNormal", 11, 16, truncated_normal((0, 11), 16)),
        case("randomTruncatedNormal", 12, 8, truncated_normal((0, 12), 8, -0.5, 1.5), lower=-0.5, upper=1.5),
        case("randomGumbel", 13, 16, gumbel((0, 13), 16)),
        case("randomIntegers", 14, 12, integers((0, 14), 12, -5, 6), min=-5, max=6),
        case("randomIntegers", 14, 6, integers((0, 14), 6, 100, 65636), min=100, max=65636),
        case("randomPermutation", 8, 12, permutation((0, 8), 12)),
        case("randomPermutation", 8, 1, permutation((0, 8), 1)),
        case("randomCategorical", 15, 24, categorical((0, 15), LOGITS, 24), logits=LOGITS),
    ],
    "tails": tails(16, 100000, 12),
    # 5,000 needs two rounds of sorting, 1,625 one
    "permutation": {"seed": 8, "count": 5000, "first": big[:8].tolist(), "checksum": int((big * np.arange(5000)).sum())},
}, indent=1))
