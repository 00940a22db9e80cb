"""Trains a small GPT on the characters of a text by nanoGPT's recipe for a processor and measures its last tenth.

Usage: OMP_NUM_THREADS=2 python3 shakespeare_char.py FILE [STEPS] [SEED] [EVERY]

Net, data, batch, optimizer, schedule and measures are those of `genai repro shakespeare-char`; every EVERY steps (250, as nanoGPT; 0 for
never) twenty random batches are measured. Attention is PyTorch's own fused one where this version has it.
"""
import json
import math
import os
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

path = sys.argv[1]
STEPS, SEED, EVERY = (int(given) for given in (sys.argv[2:] + ['2000', '0', '250'][len(sys.argv) - 2 :]))
torch.manual_seed(SEED)
torch.set_num_threads(int(os.environ.get('OMP_NUM_THREADS', 2)))
text = open(path, encoding='utf-8').read()
alphabet = {c: i for i, c in enumerate(sorted(set(text)))}
tokens = torch.tensor([alphabet[c] for c in text])
cut = int(0.9 * len(tokens))
train, held = tokens[:cut], tokens[cut:]

BLOCK, BATCH, LAYERS, HEADS, WIDTH = 64, 12, 4, 4, 128
PEAK, END, WARMUP, LOOKS = 1e-3, 1e-4, 100, 20
FUSED = hasattr(F, 'scaled_dot_product_attention')


class Norm(nn.Module):
    """A layer norm without a shift."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(WIDTH))

    def forward(self, x):
        return F.layer_norm(x, (WIDTH,), self.scale, None, 1e-5)


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.before_attention, self.before_forward = Norm(), Norm()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH, bias=False)
        self.output = nn.Linear(WIDTH, WIDTH, bias=False)
        self.up = nn.Linear(WIDTH, 4 * WIDTH, bias=False)
        self.down = nn.Linear(4 * WIDTH, WIDTH, bias=False)
        self.register_buffer('seen', torch.ones(BLOCK, BLOCK, dtype=torch.bool).tril(), persistent=False)

    def attend(self, x):
        batch, length, _ = x.shape
        q, k, v = (part.view(batch, length, HEADS, -1).transpose(1, 2) for part in self.qkv(x).split(WIDTH, 2))
        if FUSED:
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        else:
            scores = q @ k.transpose(2, 3) / math.sqrt(q.shape[-1])
            y = scores.masked_fill(~self.seen[:length, :length], -math.inf).softmax(-1) @ v
        return self.output(y.transpose(1, 2).reshape(batch, length, WIDTH))

    def forward(self, x):
        x = x + self.attend(self.before_attention(x))
        return x + self.down(F.gelu(self.up(self.before_forward(x))))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(len(alphabet), WIDTH)
        self.places = nn.Embedding(BLOCK, WIDTH)
        self.blocks = nn.ModuleList(Block() for _ in range(LAYERS))
        self.norm = Norm()
        for name, p in self.named_parameters():
            if p.dim() < 2:
                continue
            into_the_stream = name.endswith(('output.weight', 'down.weight'))
            nn.init.normal_(p, std=0.02 / math.sqrt(2 * LAYERS) if into_the_stream else 0.02)

    def forward(self, x):
        y = self.table(x) + self.places.weight[: x.shape[1]]
        for block in self.blocks:
            y = block(y)
        return F.linear(self.norm(y), self.table.weight)


net = Net()
matrices = [p for p in net.parameters() if p.dim() >= 2]
others = [p for p in net.parameters() if p.dim() < 2]
groups = [{'params': matrices, 'weight_decay': 0.1}, {'params': others, 'weight_decay': 0.0}]
optimizer = torch.optim.AdamW(groups, lr=PEAK, betas=(0.9, 0.99))


def drawn(part, count=BATCH):
    at = torch.randint(len(part) - BLOCK, (count,))
    return torch.stack([part[i : i + BLOCK + 1] for i in at])


def loss_of(rows):
    logits = net(rows[:, :-1])
    return F.cross_entropy(logits.reshape(-1, len(alphabet)), rows[:, 1:].reshape(-1))


@torch.no_grad()
def in_random_batches():
    return sum(float(loss_of(drawn(held))) for _ in range(LOOKS)) / LOOKS


@torch.no_grad()
def in_all_windows():
    rows = held.unfold(0, BLOCK + 1, BLOCK)
    return sum(float(loss_of(piece)) * len(piece) for piece in rows.split(120)) / len(rows)


began = time.time()
for step in range(STEPS):
    if EVERY and step % EVERY == 0:
        print(f'step {step}, {in_random_batches():.4f} held out, {time.time() - began:.0f} s', file=sys.stderr, flush=True)
    rising = min(1, (step + 1) / (WARMUP + 1))
    gone = max(0, step - WARMUP) / (STEPS - WARMUP) if STEPS > WARMUP else 0
    for group in optimizer.param_groups:
        group['lr'] = rising * (END + (PEAK - END) * 0.5 * (1 + math.cos(math.pi * gone)))
    optimizer.zero_grad(set_to_none=True)
    loss_of(drawn(train)).backward()
    nn.utils.clip_grad_norm_(net.parameters(), 1)
    optimizer.step()
seconds = time.time() - began
result = {'steps': STEPS, 'seconds': round(seconds, 1), 'torch': torch.__version__, 'fused': FUSED}
result |= {'parameters': sum(p.numel() for p in net.parameters())}
result |= {'random': round(in_random_batches(), 4), 'all': round(in_all_windows(), 4)}
print(json.dumps(result))
