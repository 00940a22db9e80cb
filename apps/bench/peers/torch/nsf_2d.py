"""Neural spline flow on two moons: 4 rational-quadratic couplings of 8 bins, linear beyond +-3, batch 512; Adam 1e-3."""
import math
import torch
from torch import nn
from torch.nn import functional as F
from harness import batch_size, cycle, train
from moons import mlp, two_moons

BINS, EDGE, LEAST = 8, 3.0, 1e-3
nets = nn.ModuleList(mlp(3 * BINS - 1) for _ in range(4))
size = batch_size(512)
points = cycle(two_moons(20 * size).view(20, size, 2))


def knots(raw):
    sizes = 2 * EDGE * (LEAST + (1 - LEAST * BINS) * F.softmax(raw, -1))
    return F.pad(sizes.cumsum(-1), (1, 0)) - EDGE, sizes


def spline(x, raw):
    """x (size), raw (size, 23) to y and log dy/dx."""
    xs, widths = knots(raw[:, :BINS])
    ys, heights = knots(raw[:, BINS:2 * BINS])
    slopes = F.pad(LEAST + F.softplus(raw[:, 2 * BINS:]), (1, 1), value=1.0)
    inside, bounded = (x > -EDGE) & (x < EDGE), x.clamp(-EDGE, EDGE)
    bins = torch.searchsorted(xs[:, 1:-1].contiguous().detach(), bounded[:, None].detach())
    x0, width, y0, height, d0, d1 = (
        t.gather(1, bins)[:, 0] for t in (xs[:, :-1], widths, ys[:, :-1], heights, slopes[:, :-1], slopes[:, 1:]))
    s, t = height / width, (bounded - x0) / width
    product = t * (1 - t)
    denominator = s + (d0 + d1 - 2 * s) * product
    y = y0 + height * (s * t * t + d0 * product) / denominator
    log_slope = 2 * s.log() + (d1 * t * t + 2 * s * product + d0 * (1 - t) ** 2).log() - 2 * denominator.log()
    return torch.where(inside, y, x), torch.where(inside, log_slope, torch.zeros_like(x))


def loss():
    a, b = next(points).unbind(1)
    log_det = 0
    for net in nets:
        y, log_slope = spline(b, net(a[:, None]))
        a, b = y, a
        log_det = log_det + log_slope
    return (0.5 * (a ** 2 + b ** 2) - log_det).mean() + math.log(2 * math.pi)


train(loss, nets.parameters(), torch.optim.Adam(nets.parameters(), lr=1e-3), warmup=20)
