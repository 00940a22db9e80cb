"""Log-densities and draws of nflows' flows with their state_dicts, for from-nflows.test.ts.

Usage: PYTHONPATH=nflows python3 nflows-flows.py > nflows-flows.json     (nflows 0.14, torch 1.13.1)
"""
import json
import sys
import types
import torch

for absent in ('UMNN', 'matplotlib', 'matplotlib.pyplot'):  # which only maps and plots need that are not used
    module = types.ModuleType(absent)
    module.NeuralIntegral = module.ParallelNeuralIntegral = module.pyplot = None
    sys.modules.setdefault(absent, module)

from nflows import transforms as T
from nflows.distributions.normal import DiagonalNormal, StandardNormal
from nflows.flows import Flow, MaskedAutoregressiveFlow, SimpleRealNVP
from nflows.nn.nets import ResidualNet

torch.manual_seed(0)


def mask(features, first):
    m = torch.ones(features)
    m[first::2] = -1
    return m


def net(context, hidden=8, blocks=2, activation=torch.relu):
    return lambda i, o: ResidualNet(i, o, hidden_features=hidden, context_features=context, num_blocks=blocks, activation=activation)


def spline_coupling(features, first, context=None, bins=5, bound=3.0):
    return T.PiecewiseRationalQuadraticCouplingTransform(
        mask(features, first), net(context), num_bins=bins, tails='linear', tail_bound=bound)


def spline_autoregressive(features, context=None, bins=4, bound=2.0, residual=True):
    return T.MaskedPiecewiseRationalQuadraticAutoregressiveTransform(
        features, hidden_features=8, context_features=context, num_bins=bins, tails='linear', tail_bound=bound,
        use_residual_blocks=residual)


def flow(features, *maps, base=None):
    return Flow(T.CompositeTransform(list(maps)), base or StandardNormal([features]))


CASES = [
    ('MaskedAutoregressiveFlow', {}, 3, 0, MaskedAutoregressiveFlow(3, 8, num_layers=2, num_blocks_per_layer=2)),
    ('MaskedAutoregressiveFlow of plain blocks, random orders, batch norm between', {}, 4, 0, MaskedAutoregressiveFlow(
        4, 8, num_layers=3, num_blocks_per_layer=1, use_residual_blocks=False, use_random_permutations=True,
        use_random_masks=True, batch_norm_between_layers=True)),
    ('SimpleRealNVP', {}, 4, 0, SimpleRealNVP(4, 8, num_layers=2, num_blocks_per_layer=1)),
    ('SimpleRealNVP that keeps volumes', {}, 3, 0, SimpleRealNVP(3, 8, num_layers=2, num_blocks_per_layer=2, use_volume_preserving=True)),
    ('splines by couplings, linear maps between', {'bound': 3}, 4, 0, flow(
        4, T.PointwiseAffineTransform(torch.tensor([0.5, -1.0, 0.0, 2.0]), torch.tensor([0.5, 2.0, 1.0, 0.8])),
        spline_coupling(4, 0), T.CompositeTransform([T.RandomPermutation(4), T.LULinear(4, identity_init=False)]),
        spline_coupling(4, 1), T.ActNorm(4))),
    ('splines by couplings in a context', {'bound': 3, 'context': 2}, 3, 2, flow(
        3, spline_coupling(3, 0, context=2), T.ReversePermutation(3), spline_coupling(3, 1, context=2))),
    ('autoregressive splines in a context', {'bound': 2, 'context': 3}, 3, 3, flow(
        3, spline_autoregressive(3, context=3), T.ReversePermutation(3), spline_autoregressive(3, context=3, residual=False))),
    ('inverse autoregressive, other scales, a learned base', {'scale': 'softplus'}, 3, 0, flow(
        3, T.InverseTransform(T.MaskedAffineAutoregressiveTransform(3, 8)),
        T.PointwiseAffineTransform(0.5, 2.0),
        T.AffineCouplingTransform(mask(3, 0), net(None), scale_activation=T.AffineCouplingTransform.GENERAL_SCALE_ACTIVATION),
        base=DiagonalNormal([3]))),
]


def numbers(x):
    return [float('%.9g' % v) for v in x.reshape(-1).tolist()]


def dtype(x):
    return {torch.float32: 'F32', torch.float64: 'F64', torch.int64: 'I64', torch.bool: 'BOOL'}[x.dtype]


out = []
for name, options, features, context, model in CASES:
    x = 1.5 * torch.randn(8, features)
    z = 1.5 * torch.randn(8, features)
    c = torch.randn(8, context) if context else None
    with torch.no_grad():
        for p in model.parameters():
            p.add_(0.15 * torch.randn_like(p))
        model.train()
        model.log_prob(torch.randn(64, features), torch.randn(64, context) if context else None)  # running averages
        model.eval()
        for k, b in model.named_buffers():
            if k.endswith('running_var'):
                b.add_(0.5)
        out.append({
            'name': name, 'options': options,
            'state': {k: {'dtype': dtype(v), 'shape': list(v.shape), 'data': numbers(v)} for k, v in model.state_dict().items()},
            'x': [numbers(r) for r in x], 'z': [numbers(r) for r in z], **({'context': [numbers(r) for r in c]} if context else {}),
            'logProb': numbers(model.log_prob(x, c)),
            'drawn': [numbers(r) for r in model._transform.inverse(z, c)[0]],
        })
print(json.dumps(out, separators=(',', ':')))
