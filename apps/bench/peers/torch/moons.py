import math
import torch
from torch import nn


def two_moons(count):
    """Two interlocked half circles with noise of deviation 0.1."""
    angle, upper = torch.rand(count) * math.pi, torch.rand(count) < 0.5
    x = torch.where(upper, torch.cos(angle), 1 - torch.cos(angle))
    y = torch.where(upper, torch.sin(angle), 0.5 - torch.sin(angle))
    return torch.stack((x, y), 1) + 0.1 * torch.randn(count, 2)


def mlp(outputs):
    return nn.Sequential(nn.Linear(1, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, outputs))
