"""Writes more-optimizers.json: RMSprop, Adagrad, Adafactor and groups of layers by torch.optim (torch 2.13), Lookahead, schedule-free averaging and SAM by their algorithms around it.

The gradients and the start are those of optimizers.json. Everything is float64. Run: python more_optimizers.py
"""

import json
import pathlib

import torch
from torch import optim

torch.set_default_dtype(torch.float64)
here = pathlib.Path(__file__)
given = json.loads(here.with_name("optimizers.json").read_text())
SHAPES = {"weight": (3, 4), "bias": (4,)}


def tensors(row):
    return {name: torch.tensor(row[name]).reshape(shape) for name, shape in SHAPES.items()}


def numbers(tensor):
    return [round(x, 10) for x in tensor.detach().flatten().tolist()]


def listed(params):
    return {name: numbers(p) for name, p in params.items()}


def started():
    return {name: torch.nn.Parameter(value) for name, value in tensors(given["start"]).items()}


def run(make, after_step=lambda params, step: None):
    params = started()
    optimizer = make(params)
    after = []
    for step, row in enumerate(given["gradients"]):
        for name, g in tensors(row).items():
            params[name].grad = g
        optimizer.step()
        after_step(params, step)
        after.append(listed(params))
    return after


class Lookahead:
    """Zhang et al. 2019, algorithm 1."""

    def __init__(self, every, rate):
        self.every, self.rate, self.slow = every, rate, tensors(given["start"])

    @torch.no_grad()
    def __call__(self, params, step):
        if (step + 1) % self.every == 0:
            for name, p in params.items():
                self.slow[name] = self.slow[name] + self.rate * (p - self.slow[name])
                p.copy_(self.slow[name])


after = {
    "rmsProp(0.01)": run(lambda p: optim.RMSprop(p.values(), lr=0.01)),
    "rmsProp(0.01, { decay: 0.9, momentum: 0.8, epsilon: 1e-4 })": run(
        lambda p: optim.RMSprop(p.values(), lr=0.01, alpha=0.9, momentum=0.8, eps=1e-4)
    ),
    "adagrad(0.1)": run(lambda p: optim.Adagrad(p.values(), lr=0.1)),
    "lookahead(adam(0.01), { every: 4, rate: 0.3 })": run(
        lambda p: optim.Adam(p.values(), lr=0.01), Lookahead(4, 0.3)
    ),
    "layerwise({ decay: 0.5, weight below bias }, adamW(0.01))": run(
        lambda p: optim.AdamW([{"params": [p["weight"]], "lr": 0.005}, {"params": [p["bias"]], "lr": 0.01}])
    ),
}

after["adafactor(0.05)"] = run(lambda p: optim.Adafactor(p.values(), lr=0.05, eps=(2**-23, 1e-3)))
after["adafactor(0.5, { decay: 0.5, clip: 1.2, least: 0.2, weightDecay: 0.1 })"] = run(
    lambda p: optim.Adafactor(p.values(), lr=0.5, beta2_decay=-0.5, eps=(2**-23, 0.2), d=1.2, weight_decay=0.1)
)


def schedule_free(make, beta):
    """Defazio et al. 2024, eq. 1-3, around an optimizer that moves z; y are the parameters."""
    z = started()
    x = {name: p.detach().clone() for name, p in z.items()}
    optimizer = make(z)
    found = []
    for t, row in enumerate(given["gradients"]):
        for name, g in tensors(row).items():
            z[name].grad = g
        optimizer.step()
        x = {name: (1 - 1 / (t + 1)) * x[name] + z[name].detach() / (t + 1) for name in x}
        found.append(listed({name: (1 - beta) * z[name] + beta * x[name] for name in x}))
    return found


after["scheduleFree(rmsProp(0.01), { momentum: 0.8 })"] = schedule_free(
    lambda p: optim.RMSprop(p.values(), lr=0.01), 0.8
)

# SAM of a small net (Foret et al. 2021, algorithm 1) around SGD with momentum, on fixed data.
generator = torch.Generator().manual_seed(1)
draw = lambda *shape: (torch.randn(*shape, generator=generator) * 1e4).round() / 1e4
data = {"x": draw(6, 3), "y": draw(6, 4)}


def loss_of(params):
    return ((torch.tanh(data["x"] @ params["weight"] + params["bias"]) - data["y"]) ** 2).mean()


params = started()
optimizer = optim.SGD(params.values(), lr=0.5, momentum=0.9)
sam = {"after": [], "loss": [], "sharpness": [], "x": numbers(data["x"]), "y": numbers(data["y"])}
for _ in range(12):
    optimizer.zero_grad()
    loss = loss_of(params)
    loss.backward()
    norm = sum((p.grad**2).sum() for p in params.values()).sqrt()
    away = {name: 0.2 * p.grad / norm for name, p in params.items()}
    with torch.no_grad():
        for name, p in params.items():
            p.add_(away[name])
    optimizer.zero_grad()
    worst = loss_of(params)
    worst.backward()
    with torch.no_grad():
        for name, p in params.items():
            p.sub_(away[name])
    optimizer.step()
    sam["after"].append(listed(params))
    sam["loss"].append(round(loss.item(), 10))
    sam["sharpness"].append(round((worst - loss).item(), 10))

here.with_name("more-optimizers.json").write_text(json.dumps({"after": after, "sharpnessAware": sam}) + "\n")
