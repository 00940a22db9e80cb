"""Glow of 16x16x3 images: 2 levels of 8 steps (actnorm from the first batch, invertible 1x1 convolution as P L U, affine
coupling with 128 hidden channels), batch 32; bits per dimension up to a constant; Adam 1e-3, gradients clipped at 50."""
import math
import torch
from torch import nn
from torch.nn import functional as F
from harness import batch_size, cycle, train


class ActNorm(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.shift, self.log_scale = (nn.Parameter(torch.zeros(1, channels, 1, 1)) for _ in range(2))
        self.fresh = True

    def forward(self, x):
        if self.fresh:
            self.fresh = False
            with torch.no_grad():
                self.shift.copy_(-x.mean((0, 2, 3), keepdim=True))
                self.log_scale.copy_(-(x.std((0, 2, 3), keepdim=True) + 1e-6).log())
        return (x + self.shift) * self.log_scale.exp(), self.log_scale.sum() * x[0, 0].numel()


class Mix(nn.Module):
    def __init__(self, channels):
        super().__init__()
        rotation = torch.linalg.qr(torch.randn(channels, channels))[0]
        permutation, lower, upper = torch.lu_unpack(*rotation.lu())
        diagonal = upper.diag()
        self.lower, self.upper = nn.Parameter(lower), nn.Parameter(upper.triu(1))
        self.log_diagonal = nn.Parameter(diagonal.abs().log())
        for name, value in dict(permutation=permutation, signs=diagonal.sign(), eye=torch.eye(channels),
                                below=torch.ones(channels, channels).tril(-1)).items():
            self.register_buffer(name, value)

    def forward(self, x):
        upper = self.upper * self.below.t() + torch.diag(self.signs * self.log_diagonal.exp())
        weight = self.permutation @ (self.lower * self.below + self.eye) @ upper
        return F.conv2d(x, weight[:, :, None, None]), self.log_diagonal.sum() * x[0, 0].numel()


class Coupling(nn.Module):
    def __init__(self, channels, hidden=128):
        super().__init__()
        last = nn.Conv2d(hidden, channels, 3, padding=1)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        self.net = nn.Sequential(nn.Conv2d(channels // 2, hidden, 3, padding=1), nn.ReLU(),
                                 nn.Conv2d(hidden, hidden, 1), nn.ReLU(), last)

    def forward(self, x):
        a, b = x.chunk(2, 1)
        shift, log_scale = self.net(a).chunk(2, 1)
        log_scale = F.logsigmoid(log_scale + 2)
        return torch.cat((a, (b + shift) * log_scale.exp()), 1), log_scale.sum((1, 2, 3))


def squeezed(x):
    size, channels, height, width = x.shape
    blocks = x.view(size, channels, height // 2, 2, width // 2, 2).permute(0, 1, 3, 5, 2, 4)
    return blocks.reshape(size, 4 * channels, height // 2, width // 2)


levels = nn.ModuleList(nn.ModuleList(part(channels) for _ in range(8) for part in (ActNorm, Mix, Coupling)) for channels in (12, 24))
images = cycle(torch.rand(4, batch_size(32), 3, 16, 16) - 0.5)


def loss():
    x = next(images)
    dimensions = x[0].numel()
    log_det, energy = 0, 0
    for level, steps in enumerate(levels):
        x = squeezed(x)
        for step in steps:
            x, more = step(x)
            log_det = log_det + more
        if level == 0:
            x, done = x.chunk(2, 1)
            energy = energy + (done ** 2).sum((1, 2, 3))
    energy = energy + (x ** 2).sum((1, 2, 3))
    nats = 0.5 * (energy + dimensions * math.log(2 * math.pi)) - log_det
    return (nats / (dimensions * math.log(2))).mean()


train(loss, levels.parameters(), torch.optim.Adam(levels.parameters(), lr=1e-3), warmup=3, clip=50.0)
