"""Trains two layers of LSTM on the characters of a text for so many seconds and measures its last tenth.

Usage: OMP_NUM_THREADS=2 python3 shakespeare.py FILE SECONDS [SEED] [STEPS]

The net, data, batch, state carried, dropout, clipping, average of the parameters and measure are those of `genai repro shakespeare`; the
rate falls along the same cosine, here by the time that is gone instead of the steps; given STEPS it makes so many, whatever the time.
"""
import json
import math
import os
import sys
import time

import torch
from torch import nn
from torch.nn.functional import cross_entropy

path, seconds = sys.argv[1], float(sys.argv[2])
torch.manual_seed(int(sys.argv[3]) if len(sys.argv) > 3 else 0)
torch.set_num_threads(int(os.environ.get('OMP_NUM_THREADS', 2)))
text = open(path, encoding='utf-8').read()
alphabet = {c: i for i, c in enumerate(sorted(set(text)))}
tokens = torch.tensor([alphabet[c] for c in text])
cut = int(0.9 * len(tokens))
train, held = tokens[:cut], tokens[cut:]

WIDTH, ROWS, LENGTH, RATE, DROPOUT, DECAY = 256, 32, 64, 4e-3, 0.3, 0.999


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(len(alphabet), WIDTH)
        self.net = nn.LSTM(WIDTH, WIDTH, num_layers=2, batch_first=True, dropout=DROPOUT)
        self.head = nn.Linear(WIDTH, len(alphabet))
        self.drop = nn.Dropout(DROPOUT)
        for layer in (0, 1):  # the forget gate's bias is 1 at first, as there
            getattr(self.net, f'bias_ih_l{layer}').data[WIDTH : 2 * WIDTH] = 1
            getattr(self.net, f'bias_hh_l{layer}').data[WIDTH : 2 * WIDTH] = 0

    def forward(self, x, state):
        y, state = self.net(self.drop(self.table(x)), state)
        return self.head(self.drop(y)), state


net = Net()
optimizer = torch.optim.Adam(net.parameters(), lr=RATE)
mean = [torch.zeros_like(p) for p in net.parameters()]
weight = 0.0


def measured():
    """With the averaged parameters, the text cut into 20 streams."""
    own = [p.detach().clone() for p in net.parameters()]
    for p, m in zip(net.parameters(), mean):
        p.data.copy_(m / weight)
    net.eval()
    each = len(held) // 20
    streams = held[: 20 * each].reshape(20, each)
    total, state = 0.0, None
    with torch.no_grad():
        for at in range(0, each - 1, 256):
            piece = streams[:, at : at + 257]
            logits, state = net(piece[:, :-1], state)
            total += float(cross_entropy(logits.reshape(-1, len(alphabet)), piece[:, 1:].reshape(-1), reduction='sum'))
    net.train()
    for p, o in zip(net.parameters(), own):
        p.data.copy_(o)
    return total / (20 * (each - 1))


each = len(train) // ROWS
streams = train[: ROWS * each].reshape(ROWS, each)
limit = int(sys.argv[4]) if len(sys.argv) > 4 else None
steps, at, state, began = 0, 0, None, time.time()
while (gone := steps / limit if limit else (time.time() - began) / seconds) < 1:
    if at + LENGTH >= each:
        at, state = 0, None
    piece = streams[:, at : at + LENGTH + 1]
    at += LENGTH
    for group in optimizer.param_groups:
        group['lr'] = RATE * min(1, (steps + 1) / 100) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * gone)))
    optimizer.zero_grad()
    logits, state = net(piece[:, :-1], state)
    state = tuple(s.detach() for s in state)
    cross_entropy(logits.reshape(-1, len(alphabet)), piece[:, 1:].reshape(-1)).backward()
    nn.utils.clip_grad_norm_(net.parameters(), 1)
    optimizer.step()
    with torch.no_grad():
        weight = DECAY * weight + 1 - DECAY
        torch._foreach_mul_(mean, DECAY)
        torch._foreach_add_(mean, list(net.parameters()), alpha=1 - DECAY)
    steps += 1
    if steps % 1000 == 0:
        print(f'step {steps}, {time.time() - began:.0f} s', file=sys.stderr, flush=True)
print(json.dumps({'nats': round(measured(), 4), 'steps': steps, 'seconds': round(time.time() - began)}))
