"""The 64 tokens after a prompt, for one reader, with keys and values kept: the prompt all at once, then token by token."""
import math
import torch
from torch import nn
from torch.nn import functional as F
from harness import timed

TOKENS = 64


class Block(nn.Module):
    def __init__(self, width, heads, bias):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.mix = nn.Linear(width, 3 * width, bias=bias), nn.Linear(width, width, bias=bias)
        self.widen, self.narrow = nn.Linear(width, 4 * width, bias=bias), nn.Linear(4 * width, width, bias=bias)

    def forward(self, x, hidden, past, gelu):
        size, time, width = x.shape
        q, k, v = (part.view(size, time, self.heads, -1).transpose(1, 2) for part in self.qkv(self.norm1(x)).split(width, 2))
        if past is not None:
            k, v = torch.cat((past[0], k), 2), torch.cat((past[1], v), 2)
        scores = (q @ k.transpose(2, 3)) * (1 / math.sqrt(width // self.heads))
        if hidden is not None:
            scores = scores.masked_fill(hidden, float('-inf'))
        x = x + self.mix((F.softmax(scores, -1) @ v).transpose(1, 2).reshape(size, time, width))
        return x + self.narrow(F.gelu(self.widen(self.norm2(x)), approximate=gelu)), (k, v)


class Gpt(nn.Module):
    def __init__(self, vocabulary, blocks, heads, width, context, bias, gelu):
        super().__init__()
        self.gelu = gelu
        self.tokens, self.places = nn.Embedding(vocabulary, width), nn.Embedding(context, width)
        self.blocks = nn.ModuleList(Block(width, heads, bias) for _ in range(blocks))
        self.norm = nn.LayerNorm(width)
        for p in self.parameters():
            if p.dim() > 1:
                nn.init.normal_(p, 0, 0.02)

    def forward(self, x, cache):
        """Logits of what follows the last of (1, time) tokens, and what to keep."""
        time, behind = x.shape[1], cache[0][0].shape[2] if cache else 0
        hidden = torch.ones(time, time, dtype=torch.bool).triu(1) if time > 1 else None
        y = self.tokens(x) + self.places.weight[behind:behind + time]
        kept = []
        for i, block in enumerate(self.blocks):
            y, past = block(y, hidden, cache[i] if cache else None, self.gelu)
            kept.append(past)
        return self.norm(y[:, -1]) @ self.tokens.weight.t(), kept


def bench(vocabulary, blocks, heads, width, context, bias, gelu, prompt):
    net = Gpt(vocabulary, blocks, heads, width, context, bias, gelu).eval()
    given = (torch.arange(prompt) % vocabulary)[None]

    @torch.inference_mode()
    def step():
        total, (logits, cache) = 0, net(given, None)
        for i in range(TOKENS):
            token = torch.multinomial(torch.softmax(logits, -1), 1)
            total += int(token)
            if i < TOKENS - 1:
                logits, cache = net(token, cache)
        return total / TOKENS

    timed(step, net.parameters(), warmup=1)
