"""The next 100 characters of one endless text, told one by one, by two LSTMs of width 256."""
import torch
from torch import nn
from harness import timed

tokens, lstm, to_logits = nn.Embedding(65, 256), nn.LSTM(256, 256, num_layers=2, batch_first=True), nn.Linear(256, 65)
params = [p for part in (tokens, lstm, to_logits) for p in part.parameters()]
last, state = torch.zeros(1, 1, dtype=torch.long), None


@torch.inference_mode()
def step():
    global last, state
    total = 0
    for _ in range(100):
        y, state = lstm(tokens(last), state)
        last = torch.multinomial(torch.softmax(to_logits(y)[:, -1], -1), 1)
        total += int(last)
    return total / 100


timed(step, params, warmup=3)
