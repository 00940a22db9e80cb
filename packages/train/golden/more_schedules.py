"""Writes more-schedules.json: torch's own schedules (torch 2.13, float64), and Noam's formula, at each update. Run: python more_schedules.py"""

import json
import pathlib

import torch
from torch.optim import lr_scheduler


def rates(make, steps, rate=0.3):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=rate)
    scheduler = make(optimizer)
    found = []
    for i in range(steps):
        found.append(round(optimizer.param_groups[0]["lr"], 10))
        optimizer.step()
        if i < steps - 1:
            scheduler.step()
    return found


def noam(step, warmup_steps, peak):
    # "Attention is all you need", eq. 3, scaled so that its highest value is `peak`
    return peak * warmup_steps**0.5 * min((step + 1) ** -0.5, (step + 1) * warmup_steps**-1.5)


out = {
    "warmRestarts({ peak: 0.3, period: 6, end: 0.01 })": rates(
        lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, T_0=6, eta_min=0.01), 40
    ),
    "warmRestarts({ peak: 0.3, period: 5, factor: 2 })": rates(
        lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, T_0=5, T_mult=2), 80
    ),
    "warmRestarts({ peak: 0.3, period: 3, factor: 3 })": rates(
        lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, T_0=3, T_mult=3), 130
    ),
    "oneCycle({ peak: 0.3, steps: 40 })": rates(lambda o: lr_scheduler.OneCycleLR(o, max_lr=0.3, total_steps=40), 40),
    "oneCycle({ peak: 0.3, steps: 35, rise: 0.5, start: 0.1, end: 0.05 })": rates(
        lambda o: lr_scheduler.OneCycleLR(o, max_lr=0.3, total_steps=35, pct_start=0.5, div_factor=3, final_div_factor=2),
        35,
    ),
    "polynomial({ start: 0.3, steps: 20, power: 0.9 })": rates(
        lambda o: lr_scheduler.PolynomialLR(o, total_iters=20, power=0.9), 25
    ),
    "inverseSquareRoot({ peak: 0.3, warmup: 9 })": [round(noam(i, 10, 0.3), 10) for i in range(60)],
}
pathlib.Path(__file__).with_name("more-schedules.json").write_text(json.dumps(out) + "\n")
