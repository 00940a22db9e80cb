"""Writes optimizers.json: what torch.optim makes of fixed gradients, and torch's schedules.

Run with Debian's PyTorch 1.13: /usr/bin/python3 optimizers.py
Everything is float64, so that the difference to the library is the library's own rounding. torch has no Lion: it is
written out here from algorithm 2 of Chen et al. 2023.
"""

import json
import pathlib

import torch

torch.set_default_dtype(torch.float64)
STEPS = 20


def numbers(tensor):
    return [round(x, 10) for x in tensor.flatten().tolist()]


generator = torch.Generator().manual_seed(0)


def draw(*shape):
    return (torch.randn(*shape, generator=generator) * 1e4).round() / 1e4


START = {"weight": draw(3, 4) * 0.5, "bias": draw(4) * 0.1}
# Scales differ by a factor of 100, as those of layers do.
GRADIENTS = [{"weight": draw(3, 4), "bias": draw(4) * 0.01} for _ in range(STEPS)]


class Lion(torch.optim.Optimizer):
    def __init__(self, params, lr, betas, weight_decay):
        super().__init__(params, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            b1, b2 = group["betas"]
            for p in group["params"]:
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                update = (b1 * m + (1 - b1) * p.grad).sign()
                p.sub_(group["lr"] * (update + group["weight_decay"] * p))
                m.mul_(b2).add_(p.grad, alpha=1 - b2)


def run(make, decay_only_weight=False, schedule=None):
    params = {name: torch.nn.Parameter(value.clone()) for name, value in START.items()}
    groups = list(params.values())
    if decay_only_weight:
        groups = [{"params": [params["weight"]]}, {"params": [params["bias"]], "weight_decay": 0.0}]
    optimizer = make(groups)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, schedule) if schedule else None
    after = []
    for gradient in GRADIENTS:
        for name, p in params.items():
            p.grad = gradient[name].clone()
        optimizer.step()
        if scheduler:
            scheduler.step()
        after.append({name: numbers(p.data) for name, p in params.items()})
    return after


optim = torch.optim
cases = {
    "sgd(0.1)": run(lambda p: optim.SGD(p, lr=0.1)),
    "sgd(0.1, { weightDecay: 0.05 })": run(lambda p: optim.SGD(p, lr=0.1, weight_decay=0.05)),
    "sgd(0.05, { momentum: 0.9 })": run(lambda p: optim.SGD(p, lr=0.05, momentum=0.9)),
    "sgd(0.05, { momentum: 0.9, nesterov: true, weightDecay: 0.01 })": run(
        lambda p: optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.01)
    ),
    "adam(0.01)": run(lambda p: optim.Adam(p, lr=0.01)),
    "adam(0.02, { b1: 0.5, b2: 0.9, epsilon: 1e-3 })": run(
        lambda p: optim.Adam(p, lr=0.02, betas=(0.5, 0.9), eps=1e-3)
    ),
    "adam(linear(0.02, 0, 16))": run(
        lambda p: optim.Adam(p, lr=0.02), schedule=lambda step: max(0.0, 1 - step / 16)
    ),
    "adamW(0.01)": run(lambda p: optim.AdamW(p, lr=0.01)),
    "adamW(0.01, { weightDecay: 0.5, decays: weight })": run(
        lambda p: optim.AdamW(p, lr=0.01, weight_decay=0.5), decay_only_weight=True
    ),
    "lion(0.003)": run(lambda p: Lion(p, lr=0.003, betas=(0.9, 0.99), weight_decay=0.0)),
    "lion(0.01, { b1: 0.95, b2: 0.98, weightDecay: 0.1 })": run(
        lambda p: Lion(p, lr=0.01, betas=(0.95, 0.98), weight_decay=0.1)
    ),
}


def rates(make, steps):
    optimizer = optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.3)
    scheduler = make(optimizer)
    found = []
    for _ in range(steps):
        found.append(round(optimizer.param_groups[0]["lr"], 10))
        optimizer.step()
        scheduler.step()
    return found


schedules = {
    "warmupCosine({ peak: 0.3, steps: 25, end: 0.01 })": rates(
        lambda o: optim.lr_scheduler.CosineAnnealingLR(o, T_max=25, eta_min=0.01), 26
    ),
    "stepDecay({ start: 0.3, factor: 0.5, every: 6 })": rates(
        lambda o: optim.lr_scheduler.StepLR(o, step_size=6, gamma=0.5), 25
    ),
}

out = {
    "recipe": f"/usr/bin/python3 optimizers.py, torch {torch.__version__}, float64",
    "start": {name: numbers(value) for name, value in START.items()},
    "gradients": [{name: numbers(value) for name, value in gradient.items()} for gradient in GRADIENTS],
    "after": cases,
    "schedules": schedules,
}
pathlib.Path(__file__).with_name("optimizers.json").write_text(json.dumps(out) + "\n")
