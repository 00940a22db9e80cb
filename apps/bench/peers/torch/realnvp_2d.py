"""RealNVP on two moons: 8 affine couplings, scale bounded by tanh, halves swapped after each, batch 512; Adam 1e-3."""
import math
import torch
from torch import nn
from harness import batch_size, cycle, train
from moons import mlp, two_moons

nets = nn.ModuleList(mlp(2) for _ in range(8))
size = batch_size(512)
points = cycle(two_moons(20 * size).view(20, size, 2))


def loss():
    a, b = next(points).chunk(2, 1)
    log_det = 0
    for net in nets:
        log_scale, shift = net(a).chunk(2, 1)
        log_scale = torch.tanh(log_scale)
        a, b = b * torch.exp(log_scale) + shift, a
        log_det = log_det + log_scale
    return (0.5 * (a ** 2 + b ** 2) - log_det).mean() + math.log(2 * math.pi)


train(loss, nets.parameters(), torch.optim.Adam(nets.parameters(), lr=1e-3), warmup=20)
