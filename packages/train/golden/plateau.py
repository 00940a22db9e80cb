"""Writes plateau.json: what torch.optim.lr_scheduler.ReduceLROnPlateau (torch 2.13) makes of fixed losses. Run: python plateau.py"""

import json
import pathlib

import torch

losses = [5, 4, 3.5, 3.6, 3.4999, 3.55, 3.7, 3.3, 3.4, 3.4, 3.4, 3.4, 3.4, 3.4, 3.4, 3.1, 3.2, 3.2, 3.2, 3.2, 3.2, 3.2, 3.2, 3.2, 3.2, 3.2]
cases = {}
for patience, cooldown, least in [(2, 0, 0.0), (1, 2, 0.0), (0, 1, 0.01)]:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.3)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimizer, factor=0.5, patience=patience, threshold=0.01, threshold_mode="abs", cooldown=cooldown, min_lr=least
    )
    rates = []
    for loss in losses:
        rates.append(round(optimizer.param_groups[0]["lr"], 10))
        scheduler.step(loss)
    cases[json.dumps({"patience": patience, "cooldown": cooldown, "least": least})] = rates
pathlib.Path(__file__).with_name("plateau.json").write_text(json.dumps({"losses": losses, "rates": cases}) + "\n")
