"""Two LSTMs of width 256 over 64 characters, batch 32; Adam 2e-3, gradients clipped at 1."""
import torch
from torch import nn
from torch.nn import functional as F
from harness import batch_size, cycle, train

tokens, lstm, to_logits = nn.Embedding(65, 256), nn.LSTM(256, 256, num_layers=2, batch_first=True), nn.Linear(256, 65)
params = [p for part in (tokens, lstm, to_logits) for p in part.parameters()]
texts = cycle(torch.randint(0, 65, (10, batch_size(32), 65)))


def loss():
    text = next(texts)
    logits = to_logits(lstm(tokens(text[:, :-1]))[0])
    return F.cross_entropy(logits.reshape(-1, 65), text[:, 1:].reshape(-1))


train(loss, params, torch.optim.Adam(params, lr=2e-3), warmup=3, clip=1.0)
