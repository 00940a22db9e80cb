"""Log-densities and draws of zuko's flows with their weights, for presets.test.ts.

Usage: python3 zuko-flows.py > zuko-flows.json      (zuko 1.6.0, torch 1.13.1)
Weights are (inputs, outputs), as ours; of masked layers as the net uses them, mask applied.
"""
import json
import torch
import zuko

torch.manual_seed(0)
CASES = {
    'nice': (zuko.flows.NICE, dict(features=3, transforms=3, hidden_features=(8, 8))),
    'nice in a context': (zuko.flows.NICE, dict(features=5, context=2, transforms=2, hidden_features=(8,))),
    'maf': (zuko.flows.MAF, dict(features=4, transforms=3, hidden_features=(10, 8))),
    'maf in a context': (zuko.flows.MAF, dict(features=3, context=2, transforms=2, hidden_features=(8, 8))),
    'nsf': (zuko.flows.NSF, dict(features=3, transforms=2, bins=5, hidden_features=(8, 8))),
    'nsf in a context': (zuko.flows.NSF, dict(features=2, context=3, transforms=3, bins=8, hidden_features=(8, 8))),
    'nsf of couplings': (zuko.flows.NSF, dict(features=4, transforms=2, passes=2, bins=4, hidden_features=(8, 8))),
}


def rows(x):
    return [[float('%.9g' % v) for v in row] for row in x.tolist()]


out = {}
for name, (make, options) in CASES.items():
    flow = make(**options)
    with torch.no_grad():
        for p in flow.parameters():
            p.mul_(1.5)
        layers = []
        for transform in flow.transform.transforms:
            linear = [m for m in transform.hyper.modules() if isinstance(m, torch.nn.Linear) or hasattr(m, 'weight')]
            layers.append([{
                'weight': rows((m.weight * getattr(m, 'mask', 1.0)).T),
                'bias': [float('%.9g' % v) for v in m.bias.tolist()],
            } for m in linear])
        features, context = options['features'], options.get('context', 0)
        x = 2 * torch.randn(8, features)
        c = torch.randn(8, context) if context else None
        z = 2 * torch.randn(8, features)
        dist = flow(c)
        out[name] = {
            'options': {k: v for k, v in options.items()},
            'layers': layers,
            'x': rows(x), 'z': rows(z), **({'context': rows(c)} if context else {}),
            'logProb': [float('%.9g' % v) for v in dist.log_prob(x).tolist()],
            'drawn': rows(dist.transform.inv(z)),
        }
print(json.dumps(out))
