"""Golden values for the ops of @genai/tensor, from PyTorch in float64: run `python3 make-ops.py > ops.json`.

Debian's python3-torch (1.13) was used; nothing here depends on the version.

`unary`: value, first and second derivative at points from the middle to the far tails.
`cases`: for inputs x_i and weights w: the value y, the gradients g_i of sum(w * y), and the gradients of
sum_i |g_i|^2, which need every second derivative. Images are (batch, height, width, channels), filters
(rows, columns, inputs, outputs), transposed filters (rows, columns, outputs, inputs).
"""

import json
import math
import sys

import torch
import torch.nn.functional as F

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)

POINTS = [-1e4, -300, -88, -30, -12, -5, -2.5, -1, -0.1, -1e-3, 1e-3, 0.1, 1, 2.5, 5, 12, 30, 88, 300, 1e4]


def rounded(tensor):
    return [float(f"{v:.9g}") for v in tensor.detach().reshape(-1).tolist()]


def grad(y, xs, create_graph=False):
    found = torch.autograd.grad(y, xs, create_graph=create_graph, allow_unused=True)
    return [torch.zeros_like(x) if g is None else g for g, x in zip(found, xs)]


def unary(name, f):
    x = torch.tensor(POINTS, requires_grad=True)
    y = f(x)
    (first,) = grad(y.sum(), [x], create_graph=True)
    (second,) = grad(first.sum(), [x]) if first.requires_grad else (torch.zeros_like(x),)
    return {"name": name, "x": POINTS, "value": rounded(y), "first": rounded(first), "second": rounded(second)}


def case(name, f, *shapes):
    xs = [torch.randn(shape).mul(1000).round().div(1000).requires_grad_() for shape in shapes]
    y = f(*xs)
    weights = torch.randn(y.shape).mul(1000).round().div(1000)
    first = grad((weights * y).sum(), xs, create_graph=True)
    penalty = sum(g.square().sum() for g in first)
    second = grad(penalty, xs)
    return {
        "name": name,
        "inputs": [{"shape": list(x.shape), "values": rounded(x)} for x in xs],
        "shape": list(y.shape),
        "weights": rounded(weights),
        "value": rounded(y),
        "first": [rounded(g) for g in first],
        "second": [rounded(g) for g in second],
    }


def rms_norm(x, scale):
    return x / (x.square().mean(-1, keepdim=True) + 1e-6).sqrt() * scale


def group_norm(x, scale, shift):
    return F.group_norm(x.permute(0, 3, 1, 2), 3, scale, shift, 1e-5).permute(0, 2, 3, 1)


def attention(q, k, v, allowed, scale=None):
    scores = q @ k.transpose(-1, -2) * (scale or 1 / math.sqrt(q.shape[-1]))
    weights = scores.masked_fill(~allowed, -math.inf).softmax(-1)
    return weights.masked_fill(~allowed, 0) @ v


def attention_with_empty_row(q, k, v):
    # As PyTorch gives NaN for a row of nothing, that row is left out and zeros stand in its place.
    allowed = torch.tensor([[1, 0, 1, 1], [0, 0, 0, 0], [0, 1, 1, 0]], dtype=torch.bool)
    full = attention(q[:, :, [0, 2]], k, v, allowed[[0, 2]])
    return torch.stack([full[:, :, 0], torch.zeros_like(full[:, :, 0]), full[:, :, 1]], 2)


def below_diagonal(time, length):
    return torch.ones(time, length, dtype=torch.bool).tril(length - time)


def conv(x, w, pads=(0, 0, 0, 0), **options):
    padded = F.pad(x.permute(0, 3, 1, 2), pads)  # left, right, top, bottom
    return F.conv2d(padded, w.permute(3, 2, 0, 1), **options).permute(0, 2, 3, 1)


def transposed(x, w, padding=0):
    y = F.conv_transpose2d(x.permute(0, 3, 1, 2), w.permute(3, 2, 0, 1), stride=2, padding=padding)
    return y.permute(0, 2, 3, 1)


labels = torch.tensor([[0, 4, 2], [2, 1, 3]])
queries = [(1, 2, 3, 4), (1, 2, 4, 4), (1, 2, 4, 3)]
golden = {
    "unary": [
        unary("softplus", lambda x: -F.logsigmoid(-x)),
        unary("logSigmoid", F.logsigmoid),
        unary("silu", F.silu),
        unary("gelu", F.gelu),
        unary("gelu, approximate", lambda x: F.gelu(x, approximate="tanh")),
        unary("leakyRelu", lambda x: F.leaky_relu(x, 0.2)),
        unary("elu", F.elu),
    ],
    "cases": [
        case("logSumExp", lambda x: x.logsumexp(1), (2, 3, 4)),
        case("layerNorm", lambda x, a, b: F.layer_norm(x, (6,), a, b, 1e-5), (2, 3, 6), (6,), (6,)),
        case("rmsNorm", rms_norm, (2, 3, 6), (6,)),
        case("groupNorm", group_norm, (2, 3, 2, 6), (6,), (6,)),
        case("softmaxCrossEntropy", lambda x: F.cross_entropy(x.permute(0, 2, 1), labels, reduction="none"), (2, 3, 5)),
        case("attention", lambda q, k, v: attention(q, k, v, torch.ones(3, 4, dtype=torch.bool)), *queries),
        case("attention, causal", lambda q, k, v: attention(q, k, v, below_diagonal(3, 4), 0.7), *queries),
        case("attention, masked", attention_with_empty_row, *queries),
        case("conv2d, same", lambda x, w: conv(x, w, (1, 1, 1, 1)), (2, 4, 3, 2), (3, 3, 2, 2)),
        case("conv2d, same, stride 2", lambda x, w: conv(x, w, (0, 1, 1, 1), stride=2), (1, 5, 4, 2), (3, 3, 2, 2)),
        case("conv2d, padding 1, stride 2", lambda x, w: conv(x, w, stride=2, padding=1), (1, 5, 4, 2), (4, 3, 2, 2)),
        case("conv2d, valid, dilation 2", lambda x, w: conv(x, w, dilation=2), (1, 5, 6, 2), (2, 3, 2, 2)),
        case("conv2d, same, dilation 3", lambda x, w: conv(x, w, (3, 3, 1, 2), dilation=3), (1, 5, 6, 1), (2, 3, 1, 2)),
        case("conv2dTranspose, same, stride 2", lambda x, w: transposed(x, w)[:, :6, :4], (1, 3, 2, 2), (3, 3, 2, 2)),
        case("conv2dTranspose, valid, stride 2", lambda x, w: transposed(x, w), (1, 2, 3, 2), (3, 2, 2, 2)),
        case("conv2dTranspose, padding 1, stride 2", lambda x, w: transposed(x, w, 1), (1, 3, 2, 2), (4, 3, 2, 2)),
    ],
}
print(json.dumps(golden, separators=(",", ":")).replace('{"name"', '\n{"name"'), file=sys.stdout)
