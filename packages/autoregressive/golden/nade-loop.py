"""Golden values of a neural autoregressive distribution estimator written as a loop, for nade.test.ts; written beside this file.

numpy for the values: one vector and one feature at a time, as algorithm 1 of Larochelle and Murray 2011 reads; PyTorch 1.13 for the
gradient of the mean negative log-likelihood, through the same loop. Everything in float64. 37 features fill no whole number of blocks.

Run: /usr/bin/python3 nade-loop.py
"""
import json
import os

import numpy as np
import torch

rng = np.random.default_rng(0)
ROWS, FEATURES, HIDDEN = 4, 37, 5
W, V = rng.normal(0, 0.6, (2, FEATURES, HIDDEN))
b, c = rng.normal(0, 0.5, FEATURES), rng.normal(0, 0.5, HIDDEN)
X = rng.integers(0, 2, (ROWS, FEATURES)).astype(float)


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


log_prob = []
for x in X:
    total, a = 0.0, c.copy()
    for d in range(FEATURES):
        p = sigmoid(b[d] + V[d] @ sigmoid(a))
        total += np.log(p if x[d] == 1 else 1 - p)
        a += x[d] * W[d]
    log_prob.append(total)

leaves = [torch.tensor(leaf, requires_grad=True) for leaf in (W, V, b, c)]
w, v, bias, start = leaves
x = torch.tensor(X)
loss, a = 0, start.expand(ROWS, HIDDEN)
for d in range(FEATURES):
    logit = bias[d] + torch.sigmoid(a) @ v[d]
    loss = loss + torch.nn.functional.binary_cross_entropy_with_logits(logit, x[:, d])
    a = a + x[:, d, None] * w[d]
loss.backward()
assert np.allclose(-np.mean(log_prob), loss.item())


def numbers(array):
    return json.loads(json.dumps(np.asarray(array).tolist()), parse_float=lambda text: float('%.9g' % float(text)))


golden = dict(
    input=numbers(W), output=numbers(V), visible=numbers(b), hidden=numbers(c), x=numbers(X), logProb=numbers(log_prob),
    gradients=dict(zip(['input', 'output', 'visible', 'hidden'], [numbers(leaf.grad) for leaf in leaves])),
)
with open(os.path.splitext(__file__)[0] + '.json', 'w') as file:
    json.dump(golden, file, separators=(',', ':'))
    file.write('\n')
