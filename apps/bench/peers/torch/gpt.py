"""A language model of nanoGPT's shape: norms first, exact GELU, no biases in the linear maps, logits from the embedding;
AdamW 1e-3 (0.9, 0.99), decay 0.1 for matrices, gradients clipped at 1."""
import math
import torch
from torch import nn
from torch.nn import functional as F
from harness import batch_size, train

VOCABULARY = 65


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.mix = nn.Linear(width, 3 * width, bias=False), nn.Linear(width, width, bias=False)
        self.widen, self.narrow = nn.Linear(width, 4 * width, bias=False), nn.Linear(4 * width, width, bias=False)

    def forward(self, x, hidden):
        size, time, width = x.shape
        q, k, v = (part.view(size, time, self.heads, -1).transpose(1, 2) for part in self.qkv(self.norm1(x)).split(width, 2))
        scores = (q @ k.transpose(2, 3)) * (1 / math.sqrt(width // self.heads))
        weights = F.softmax(scores.masked_fill(hidden, float('-inf')), -1)
        x = x + self.mix((weights @ v).transpose(1, 2).reshape(size, time, width))
        return x + self.narrow(F.gelu(self.widen(self.norm2(x))))


class Gpt(nn.Module):
    def __init__(self, blocks, heads, width, context):
        super().__init__()
        self.tokens, self.places = nn.Embedding(VOCABULARY, width), nn.Embedding(context, width)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(blocks))
        self.norm = nn.LayerNorm(width)
        self.register_buffer('hidden', torch.ones(context, context, dtype=torch.bool).triu(1))
        for p in self.parameters():
            if p.dim() > 1:
                nn.init.normal_(p, 0, 0.02)

    def forward(self, x):
        y = self.tokens(x) + self.places.weight
        for block in self.blocks:
            y = block(y, self.hidden)
        return self.norm(y) @ self.tokens.weight.t()


def bench(blocks, heads, width, context, batch):
    size = batch_size(batch)
    net = Gpt(blocks, heads, width, context)
    groups = [{'params': [p for p in net.parameters() if (p.dim() > 1) == matrix], 'weight_decay': decay}
              for matrix, decay in ((True, 0.1), (False, 0.0))]
    text = torch.randint(0, VOCABULARY, (50_000,))

    def loss():
        starts = torch.randint(len(text) - context - 1, (size,))
        x = torch.stack([text[i:i + context] for i in starts])
        y = torch.stack([text[i + 1:i + 1 + context] for i in starts])
        return F.cross_entropy(net(x).view(-1, VOCABULARY), y.view(-1))

    train(loss, net.parameters(), torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.99)), warmup=3, clip=1.0)
