"""Logits after each warp, by the definitions of Hugging Face's logits processors (transformers 4.x), in float64 with full sorts.

    /usr/bin/python3 golden/warps.py > golden/warps.json
"""

import json

import numpy as np


def softmax(x):
    e = np.exp(x - x.max())
    return e / e.sum()


def temperature(x, t):
    return x / t


def top_k(x, k):
    kth = np.sort(x)[::-1][min(k, len(x)) - 1]
    return np.where(x < kth, -np.inf, x)


def top_p(x, p):
    order = np.argsort(x)  # ascending
    remove = np.cumsum(softmax(x[order])) <= 1 - p
    remove[-1] = False
    out = x.copy()
    out[order[remove]] = -np.inf
    return out


def min_p(x, p):
    probs = softmax(x)
    return np.where(probs < p * probs.max(), -np.inf, x)


def typical(x, mass):
    logp = x - np.log(np.exp(x - x.max()).sum()) - x.max()
    p = np.exp(logp)
    entropy = -np.sum(logp[p > 0] * p[p > 0])
    shifted = np.abs(-logp - entropy)
    order = np.argsort(shifted)
    cumulative = np.cumsum(softmax(x[order]))
    last = min((cumulative < mass).sum(), len(x) - 1)
    return np.where(shifted > shifted[order][last], -np.inf, x)


def repetition(x, penalty, seen):
    out = x.copy()
    for i in sorted(set(seen)):
        out[i] = x[i] * penalty if x[i] < 0 else x[i] / penalty
    return out


def frequency_presence(x, frequency, presence, drawn):
    c = np.bincount(drawn, minlength=len(x))
    return x - c * frequency - (c > 0) * presence


def encode(x):
    return [None if np.isneginf(v) else float(f"{v:.8g}") for v in x]


def main():
    rng = np.random.RandomState(0)
    cases = []
    for vocabulary, spread in ((7, 1.0), (50, 2.0), (150, 3.0)):
        logits = np.float32(rng.randn(vocabulary) * spread).astype(np.float64)
        prompt = [int(i) for i in rng.randint(0, vocabulary, 4)]
        drawn = [int(i) for i in rng.randint(0, vocabulary, 6)] + [prompt[0], prompt[0]]
        after = {
            "temperature": [[0.7, encode(temperature(logits, 0.7))]],
            "topK": [[k, encode(top_k(logits, k))] for k in (1, 3, 40)],
            "topP": [[p, encode(top_p(logits, p))] for p in (0.05, 0.5, 0.9, 0.99)],
            "minP": [[p, encode(min_p(logits, p))] for p in (0.02, 0.3)],
            "typical": [[m, encode(typical(logits, m))] for m in (0.05, 0.5, 0.95)],
            "repetitionPenalty": [[r, encode(repetition(logits, r, prompt + drawn))] for r in (1.3, 0.8)],
            "frequencyPenalty": [[0.4, encode(frequency_presence(logits, 0.4, 0, drawn))]],
            "presencePenalty": [[0.9, encode(frequency_presence(logits, 0, 0.9, drawn))]],
        }
        # All of them, in Hugging Face's order.
        x = repetition(logits + 1.5 * (np.arange(vocabulary) == 2), 1.3, prompt + drawn)
        x = temperature(frequency_presence(x, 0.4, 0.9, drawn), 0.7)
        x = typical(min_p(top_p(top_k(x, 20), 0.95), 0.01), 0.9)
        cases.append({"logits": encode(logits), "prompt": prompt, "drawn": drawn, "after": after, "all": encode(x)})
    print(json.dumps(cases))


main()
