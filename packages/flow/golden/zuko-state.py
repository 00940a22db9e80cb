"""Log-densities and draws of zuko's flows with their state_dicts, for from-zuko.test.ts.

Usage: PYTHONPATH=zuko python3 zuko-state.py > zuko-state.json      (zuko 1.6.0, torch 1.13.1)
"""
import copy
import json
import torch
import zuko

torch.manual_seed(0)
HIDDEN = dict(hidden_features=(8, 8))
CASES = [
    ('MAF of random orders', {}, 4, 0, zuko.flows.MAF(4, transforms=3, randperm=True, **HIDDEN)),
    ('MAF in groups, in a context', {'context': 2}, 5, 2, zuko.flows.MAF(5, 2, transforms=2, passes=3, hidden_features=(12,))),
    ('NSF', {}, 3, 0, zuko.flows.NSF(3, transforms=2, bins=5, **HIDDEN)),
    ('NSF of couplings in a context', {'context': 3}, 4, 3, zuko.flows.NSF(4, 3, transforms=2, passes=2, bins=4, **HIDDEN)),
    ('NICE of random masks', {}, 5, 0, zuko.flows.NICE(5, transforms=4, randmask=True, **HIDDEN)),
    ('RealNVP in a context', {'context': 1}, 3, 1, zuko.flows.RealNVP(3, 1, transforms=3, **HIDDEN)),
    ('CNF in a context', {'context': 2}, 3, 2, zuko.flows.CNF(3, 2, freqs=2, atol=1e-9, rtol=1e-9, **HIDDEN)),
    ('a learned base', {}, 2, 0, zuko.flows.Flow(
        zuko.flows.MaskedAutoregressiveTransform(2, **HIDDEN),
        zuko.lazy.UnconditionalDistribution(zuko.distributions.DiagNormal, loc=torch.tensor([0.5, -1.0]), scale=torch.tensor([0.5, 2.0])))),
]


def numbers(x):
    return [float('%.9g' % v) for v in x.reshape(-1).tolist()]


def dtype(x):
    return {torch.float32: 'F32', torch.int64: 'I64', torch.bool: 'BOOL'}[x.dtype]


def exactly(model, x, z, c):
    """In float64, which the tolerances of the solver need."""
    flow = copy.deepcopy(model).double()(c if c is None else c.double())
    return {'logProb': numbers(flow.log_prob(x.double())), 'drawn': [numbers(r) for r in flow.transform.inv(z.double())]}


out = []
for name, options, features, context, model in CASES:
    x = 1.5 * torch.randn(8, features)
    z = 1.5 * torch.randn(8, features)
    c = torch.randn(8, context) if context else None
    with torch.no_grad():
        for k, p in model.named_parameters():
            if not k.startswith('base'):
                p.mul_(1.5)
        out.append({
            'name': name, 'options': options,
            'state': {k: {'dtype': dtype(v), 'shape': list(v.shape), 'data': numbers(v)} for k, v in model.state_dict().items()},
            'x': [numbers(r) for r in x], 'z': [numbers(r) for r in z], **({'context': [numbers(r) for r in c]} if context else {}),
            **exactly(model, x, z, c),
        })
print(json.dumps(out, separators=(',', ':')))
