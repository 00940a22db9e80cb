"""Log-densities, draws and gradients of zuko's continuous flow with its weights, for continuous-flow.test.ts.

Usage: python3 continuous-flow.py > continuous-flow.json      (zuko 1.6.0, torch 1.13.1)
In float64 with tolerances of 1e-9: the solution itself. Weights are (inputs, outputs), as ours.
"""
import json
import torch
import zuko

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
# ELU's second derivative jumps, and with it the divergence's gradient: that is compared where the activation is smooth.
CASES = [
    ('cnf', dict(features=3, freqs=3, hidden_features=(8, 8)), 1.5),
    ('cnf in a context', dict(features=2, context=2, freqs=2, hidden_features=(8, 8), activation=torch.nn.Tanh), 2.0),
]


def rows(x):
    return [[float('%.9g' % v) for v in row] for row in x.tolist()]


def numbers(x):
    return [float('%.9g' % v) for v in x.tolist()]


out = []
for name, options, scale in CASES:
    flow = zuko.flows.CNF(**options, atol=1e-9, rtol=1e-9)
    with torch.no_grad():
        for p in flow.parameters():
            p.mul_(scale).copy_(p.float().double())
    linear = [m for m in flow.transform.ode.modules() if hasattr(m, 'weight')]
    context = options.get('context', 0)
    x = (1.5 * torch.randn(6, options['features'])).float().double()
    c = torch.randn(6, context).float().double() if context else None
    z = (1.5 * torch.randn(6, options['features'])).float().double()
    x.requires_grad_()
    logp = flow(c).log_prob(x)
    loss = -logp.mean()
    grads = torch.autograd.grad(loss, [x, *[p for m in linear for p in (m.weight, m.bias)]])
    with torch.no_grad():
        drawn = flow(c).transform.inv(z)
    out.append({
        'name': name,
        'features': options['features'], 'frequencies': options['freqs'], 'context': context,
        'layers': [{'weight': rows(m.weight.T), 'bias': numbers(m.bias)} for m in linear],
        'x': rows(x), 'z': rows(z), 'c': rows(c) if context else [],
        'logProb': numbers(logp), 'drawn': rows(drawn),
        'gradX': rows(grads[0]),
        'grad': [{'weight': rows(grads[1 + 2 * i].T), 'bias': numbers(grads[2 + 2 * i])} for i in range(len(linear))],
    })
print(json.dumps(out))
