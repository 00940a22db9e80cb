"""Losses and gradients of both games of translations in PyTorch, float64: `/usr/bin/python3 translations.py > translations.json`.

Debian's python3-torch (1.13) was used. Nets are those named in the comments, small, without dropout. Pictures of the first
kind hold sin(0.3 + 1.7 i), those of the second 0.8 cos(0.5 + 0.9 i). The game of pairs has the non-saturating loss,
r1(2) and 100 times the distance; that without pairs least squares, 10 times the cycle, 5 times the identity.
"""

import json

import torch
from torch.nn.functional import conv2d, conv_transpose2d, instance_norm, leaky_relu, pad, softplus
torch.set_default_dtype(torch.float64)

class Waves:  # leaf n of the parameters, in their order, holds 0.3 sin(1 + 3 n + 0.7 i) at its element i
    def __init__(self): self.leaves = []
    def __call__(self, *shape):
        i = torch.arange(torch.Size(shape).numel())
        self.leaves.append((0.3 * torch.sin(1 + 3 * len(self.leaves) + 0.7 * i)).reshape(shape).requires_grad_())
        return self.leaves[-1]

def layer(w, kernel, *channels, norm):  # filters as ours: (rows, columns, inputs, outputs), transposed (…, outputs, inputs)
    return [w(kernel, kernel, *channels[:2])] + ([w(channels[2]), w(channels[2])] if norm else [w(channels[2])])

def behind(y, p):  # p: [filter, bias] or [filter, scale, shift]
    return instance_norm(y, weight=p[1], bias=p[2]) if len(p) == 3 else y + p[1].reshape(1, -1, 1, 1)

def down(x, p, stride, padding): return behind(conv2d(x, p[0].permute(3, 2, 0, 1), stride=stride, padding=padding), p)
def up(x, p, padding): return behind(conv_transpose2d(x, p[0].permute(3, 2, 0, 1), stride=2, padding=padding), p)
def conv(w, k, i, o, norm): return layer(w, k, i, o, o, norm=norm)
def back(w, k, i, o, norm): return layer(w, k, o, i, o, norm=norm)

def patches(w, channels):  # patchCritic({ channels, width: 2, layers: 1 })
    p = [conv(w, 4, channels, 2, False), conv(w, 4, 2, 4, True), conv(w, 4, 4, 1, False)]
    def judge(x):
        y = leaky_relu(down(x, p[0], 2, 1), 0.2)
        return down(leaky_relu(down(y, p[1], 1, 1), 0.2), p[2], 1, 1).flatten(1)  # (batch, patches)
    return judge

def unet(w):  # unetTranslator({ size: 14, width: 1, dropout: 0 })
    e0, l0 = conv(w, 4, 1, 1, False), back(w, 4, 2, 1, False)
    e1, l1 = conv(w, 3, 1, 2, True), back(w, 3, 4, 1, True)
    e2, l2 = conv(w, 4, 2, 4, False), back(w, 4, 4, 2, True)
    def translate(x):
        h0 = down(x, e0, 2, 1)
        h1 = down(leaky_relu(h0, 0.2), e1, 2, 1)
        h2 = down(leaky_relu(h1, 0.2), e2, 2, 1)
        y = up(h2.relu(), l2, 1)
        y = up(torch.cat([h1, y], 1).relu(), l1, 1)
        return up(torch.cat([h0, y], 1).relu(), l0, 1).tanh()
    return translate

def resnet(w):  # residualTranslator({ width: 1, blocks: 1 })
    o, d0, d1 = conv(w, 7, 1, 1, True), conv(w, 3, 1, 2, True), conv(w, 3, 2, 4, True)
    b0, b1 = conv(w, 3, 4, 4, True), conv(w, 3, 4, 4, True)
    u0, u1, c = back(w, 3, 4, 2, True), back(w, 3, 2, 1, True), conv(w, 7, 1, 1, False)
    around = lambda x, n: pad(x, (n, n, n, n), mode='reflect')
    def cropped(x, p):  # 'same' crops the last row and column of the transposed convolution
        y = conv_transpose2d(x, p[0].permute(3, 2, 0, 1), stride=2)
        return behind(y[:, :, :2 * x.shape[2], :2 * x.shape[3]], p)
    def translate(x):
        y = down(around(x, 3), o, 1, 0).relu()
        for p in (d0, d1): y = down(pad(y, (0, 1, 0, 1)), p, 2, 0).relu()
        y = y + down(around(down(around(y, 1), b0, 1, 0).relu(), 1), b1, 1, 0)
        for p in (u0, u1): y = cropped(y, p).relu()
        return down(around(y, 3), c, 1, 0).tanh()
    return translate

def picture(f, size): return f(torch.arange(2 * size * size)).reshape(2, 1, size, size)
def first(size): return picture(lambda i: torch.sin(0.3 + 1.7 * i), size)
def second(size): return picture(lambda i: 0.8 * torch.cos(0.5 + 0.9 * i), size)

def told(loss, w):  # the loss, and of the gradient at each leaf Σ g[i] cos(0.4 i)
    grads = torch.autograd.grad(loss, w.leaves)
    return [loss.item(), [(g.flatten() * torch.cos(0.4 * torch.arange(g.numel()))).sum().item() for g in grads]]

def r1(judge, x, gamma):
    x = x.clone().requires_grad_()
    (slope,) = torch.autograd.grad(judge(x).mean(1).sum(), x, create_graph=True)
    return slope.square().sum((1, 2, 3)).mean() * gamma / 2

def pix2pix():
    w, v = Waves(), Waves()
    G, D = unet(w), patches(v, 2)
    x, c = first(14), second(14)
    judge = lambda y: D(torch.cat([c, y], 1))
    fake = G(c)
    critic = softplus(-judge(x)).mean() + softplus(judge(fake.detach())).mean() + r1(judge, x, 2)
    apart = (fake - x).abs().mean()
    return dict(critic=told(critic, v), generator=told(softplus(-judge(fake)).mean() + 100 * apart, w), reconstruction=apart.item(), fake=fake.sum().item())

def cycle():
    w, v = Waves(), Waves()
    G, F = resnet(w), resnet(w)  # there, then back
    D, E = patches(v, 1), patches(v, 1)
    x, y = first(8), second(8)
    there, again = G(x), F(y)
    square = lambda r, f: (r - 1).square().mean() + f.square().mean()
    critic = square(D(y), D(there.detach())) + square(E(x), E(again.detach()))
    cycle = (F(there) - x).abs().mean() + (G(again) - y).abs().mean()
    identity = (G(y) - y).abs().mean() + (F(x) - x).abs().mean()
    taken = (D(there) - 1).square().mean() + (E(again) - 1).square().mean()
    return dict(critic=told(critic, v), generator=told(taken + 10 * cycle + 5 * identity, w), cycle=cycle.item(), identity=identity.item())

def rounded(v): return [rounded(a) for a in v] if isinstance(v, list) else {k: rounded(a) for k, a in v.items()} if isinstance(v, dict) else float('%.7g' % v)
print(json.dumps(rounded(dict(pix2pix=pix2pix(), cycle=cycle()))))
