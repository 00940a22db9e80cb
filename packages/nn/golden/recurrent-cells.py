"""Reference values of PyTorch 1.13 in float64 for recurrent-cells.test.ts, written beside this file.

rnn: nn.RNN with tanh and with ReLU. layerNormLstm, layerNormGru: the equations of Ba et al. 2016 (supplementary material) with
F.layer_norm, gates in the order of nn.LSTM and nn.GRU, the update gate as in nn.GRU. All from a state given; gradients are those of
sum(y²). Weights of nn.RNN in PyTorch's layout, the others as (inputs, columns).

Run: python3 recurrent-cells.py
"""
import json
import os

import torch
from torch import nn
from torch.nn.functional import layer_norm

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
BATCH, TIME, INPUTS, WIDTH = 2, 5, 3, 4


def numbers(tensor):
    return json.loads(json.dumps(tensor.detach().tolist()), parse_float=lambda text: float('%.9g' % float(text)))


def tree(params):
    return {name: tree(value) if isinstance(value, dict) else numbers(value) for name, value in params.items()}


def gradients(params):
    return {name: gradients(value) if isinstance(value, dict) else numbers(value.grad) for name, value in params.items()}


def drawn(*shape, mean=0):
    return (mean + 0.5 * torch.randn(*shape)).requires_grad_()


def norm_params(width):
    return {'scale': drawn(width, mean=1), 'shift': drawn(width)}


def norm(x, params):
    return layer_norm(x, x.shape[-1:], params['scale'], params['shift'])


def lstm_step(params, x, hidden, cell):
    gates = norm(x @ params['input']['weight'], params['inputNorm']) + norm(hidden @ params['hidden']['weight'], params['hiddenNorm'])
    i, f, g, o = gates.chunk(4, 1)
    cell = torch.sigmoid(f) * cell + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(norm(cell, params['cellNorm'])), cell


def gru_step(params, x, hidden):
    parts = {}
    for name, value in [('input', x), ('hidden', hidden)]:
        product = value @ params[name]['weight']
        norms = params[name + 'Norm']
        parts[name] = norm(product[:, :2 * WIDTH], norms['gates']), norm(product[:, 2 * WIDTH:], norms['candidate'])
    r, z = torch.sigmoid(parts['input'][0] + parts['hidden'][0]).chunk(2, 1)
    n = torch.tanh(parts['input'][1] + r * parts['hidden'][1])
    return ((1 - z) * n + z * hidden,)


golden = {}
x = torch.randn(BATCH, TIME, INPUTS)
hidden, cell = torch.randn(BATCH, WIDTH), torch.randn(BATCH, WIDTH)
golden['x'], golden['hidden'], golden['cell'] = numbers(x), numbers(hidden), numbers(cell)

for kind in ['tanh', 'relu']:
    layer = nn.RNN(INPUTS, WIDTH, nonlinearity=kind, batch_first=True)
    y, _ = layer(x, hidden[None])
    y.square().sum().backward()
    named = dict(layer.named_parameters())
    golden[kind] = {'weights': tree(named), 'y': numbers(y), 'gradients': gradients(named)}

weights = lambda gates: {'input': {'weight': drawn(INPUTS, gates * WIDTH)}, 'hidden': {'weight': drawn(WIDTH, gates * WIDTH)}}
gru_norms = lambda: {'gates': norm_params(2 * WIDTH), 'candidate': norm_params(WIDTH)}
for name, step, start, params in [
    ('layerNormLstm', lstm_step, (hidden, cell),
     {**weights(4), 'inputNorm': norm_params(4 * WIDTH), 'hiddenNorm': norm_params(4 * WIDTH), 'cellNorm': norm_params(WIDTH)}),
    ('layerNormGru', gru_step, (hidden,), {**weights(3), 'inputNorm': gru_norms(), 'hiddenNorm': gru_norms()}),
]:
    state, outputs = start, []
    for t in range(TIME):
        state = step(params, x[:, t], *state)
        outputs.append(state[0])
    y = torch.stack(outputs, 1)
    y.square().sum().backward()
    golden[name] = {'params': tree(params), 'y': numbers(y), 'gradients': gradients(params)}

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'recurrent-cells.json'), 'w') as file:
    json.dump(golden, file, separators=(',', ':'))
    file.write('\n')
