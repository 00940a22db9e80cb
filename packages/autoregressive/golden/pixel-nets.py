"""Usage: /usr/bin/python3 pixel-nets.py > pixel-nets.json

PixelCNN (van den Oord et al. 2016a, figure 5), gated PixelCNN (2016b, figure 2) and others written with masks in PyTorch: outputs,
and the gradients of sum(outputs * cos(1, 2, …)) at every parameter. The n-th parameter (from 1) holds 0.4 sin(0.37 n k), k = 1, 2, … along
its own layout, so that no weights are stored; pictures hold sin(k), contexts sin(2 k).
"""
import json, math, torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
params = []

def fill(*shape):
    n = len(params) + 1
    k = torch.arange(1, math.prod(shape) + 1)
    params.append((0.4 * torch.sin(0.37 * n * k)).reshape(shape).requires_grad_())
    return params[-1]

def masked(x, weight, kernel):
    """The filter (seen, in, out) as a masked one of kernel[0] x kernel[1], convolved about its centre."""
    seen, i, o = weight.shape
    mask = torch.arange(kernel[0] * kernel[1]) < seen
    full = torch.zeros(kernel[0] * kernel[1], i, o).masked_scatter(mask[:, None, None].expand(-1, i, o), weight)
    full = full.reshape(*kernel, i, o).permute(3, 2, 0, 1)
    return F.conv2d(x, full, padding=(kernel[0] // 2, kernel[1] // 2))

def dense(x, weight, bias):
    return torch.einsum('bihw,io->bohw', x, weight) + bias[:, None, None]

def vector(x):
    return x[:, :, None, None]

def report(x, context, outputs):
    y = outputs.permute(0, 2, 3, 1).contiguous()
    loss = (y.flatten() * torch.cos(torch.arange(1, y.numel() + 1))).sum()
    grads = torch.autograd.grad(loss, params)
    short = lambda t: [float('%.7g' % v) for v in t.detach().flatten()]
    out = dict(shape=list(x.shape), outputs=short(y), grads=[short(g) for g in grads])
    params.clear()
    return out

def picture(b, h, w, c):
    return torch.sin(torch.arange(1, b * h * w * c + 1.0)).reshape(b, h, w, c)

def pixel_cnn(channels=2, outputs=3, h=3, layers=2, k1=5, k=3, head=4, ctx=2):
    x = picture(2, 5, 4, channels)
    c = torch.sin(2 * torch.arange(1, 2 * ctx + 1.0)).reshape(2, ctx)
    def causal(x, kernel, seen, i, o):
        w, b, v = fill(seen, i, o), fill(o), fill(ctx, o)
        return masked(x, w, (kernel, kernel)) + b[:, None, None] + vector(c @ v)
    y = causal(x.permute(0, 3, 1, 2), k1, k1 * k1 // 2, channels, 2 * h)
    for _ in range(layers):
        z = F.relu(dense(F.relu(y), fill(2 * h, h), fill(h)))
        z = F.relu(causal(z, k, k * k // 2 + 1, h, h))
        y = y + dense(z, fill(h, 2 * h), fill(2 * h))
    y = F.relu(dense(F.relu(y), fill(2 * h, head), fill(head)))
    return report(x, c, dense(y, fill(head, outputs), fill(outputs)))

def gated(channels=1, outputs=2, p=3, layers=2, k=3, ctx=2):
    x = picture(2, 5, 4, channels)
    c = torch.sin(2 * torch.arange(1, 2 * ctx + 1.0)).reshape(2, ctx)
    x_ = x.permute(0, 3, 1, 2)
    gate = lambda a: torch.tanh(a[:, :p]) * torch.sigmoid(a[:, p:])
    v = masked(x_, fill(k // 2 * k, channels, p), (k, k)) + fill(p)[:, None, None]
    h = v + masked(x_, fill(k // 2, channels, p), (1, k))
    for _ in range(layers):
        down, down_bias, right = fill((k // 2 + 1) * k, p, 2 * p), fill(2 * p), fill(k // 2 + 1, p, 2 * p)
        across, back = (fill(2 * p, 2 * p), fill(2 * p)), (fill(p, p), fill(p))
        context = fill(ctx, 2 * p), fill(ctx, 2 * p)
        vf = masked(v, down, (k, k)) + down_bias[:, None, None] + vector(c @ context[0])
        hf = masked(h, right, (1, k)) + dense(vf, *across) + vector(c @ context[1])
        v, h = gate(vf), h + dense(gate(hf), *back)
    return report(x, c, dense(F.elu(h), fill(p, outputs), fill(outputs)))

def plus_plus(channels=2, outputs=3, w=3, ctx=2):
    """PixelCNN++ (Salimans et al. 2017) of two resolutions, one block at each, without dropout and weight normalisation."""
    x = picture(2, 4, 6, channels)
    c = torch.sin(2 * torch.arange(1, 2 * ctx + 1.0)).reshape(2, ctx)
    x_ = torch.cat([x.permute(0, 3, 1, 2), torch.ones(2, 1, 4, 6)], 1)
    crelu = lambda x: torch.cat([F.elu(x), F.elu(-x)], 1)

    def conv(i, o, kernel, left, stride=1):
        weight, bias = fill(*kernel, i, o), fill(o)
        padding = (left, kernel[1] - 1 - left, kernel[0] - 1, 0)
        return lambda x: F.conv2d(F.pad(x, padding), weight.permute(3, 2, 0, 1), bias, stride=stride)

    def deconv(kernel):
        weight, bias = fill(*kernel, w, w), fill(w)  # (height, width, out, in)
        def apply(x):
            y = F.conv_transpose2d(x, weight.permute(3, 2, 0, 1), bias, stride=2)
            return y[..., kernel[1] - 2:kernel[1] - 2 + 2 * x.shape[3]]
        return apply

    def block(look, aside=0):
        first = conv(2 * w, w, *look)
        across = (fill(2 * aside, w), fill(w)) if aside else None
        second, context = conv(2 * w, 2 * w, *look), fill(ctx, 2 * w)
        def apply(x, a=None):
            h = first(crelu(x))
            if across: h = h + dense(crelu(a), *across)
            a, b = (second(crelu(h)) + vector(c @ context)).chunk(2, 1)
            return x + a * torch.sigmoid(b)
        return apply

    down, right = ((2, 3), 1), ((2, 2), 1)
    shift = lambda x, rows, columns: F.pad(x, (columns, 0, rows, 0))[..., :x.shape[2], :x.shape[3]]
    u = shift(conv(channels + 1, w, (2, 3), 1)(x_), 1, 0)
    r = shift(conv(channels + 1, w, (1, 3), 1)(x_), 1, 0) + shift(conv(channels + 1, w, (2, 1), 0)(x_), 0, 1)
    seen = [(u, r)]
    for level in range(2):
        block_down, block_right = block(down), block(right, w)
        u = block_down(u); r = block_right(r, u)
        seen.append((u, r))
        if level == 0:
            u, r = conv(w, w, *down, 2)(u), conv(w, w, *right, 2)(r)
            seen.append((u, r))
    u, r = seen.pop()
    for level in range(2):
        for b in [(block(down, w), block(right, 2 * w)) for _ in range(level + 1)]:
            su, sr = seen.pop()
            u = b[0](u, su); r = b[1](r, torch.cat([u, sr], 1))
        if level == 0:
            u, r = deconv((2, 3))(u), deconv((2, 2))(r)
    assert not seen
    return report(x, c, dense(F.elu(r), fill(w, outputs), fill(outputs)))

def snail(channels=2, outputs=3, w=4, blocks=2, heads=2, features=3, ctx=2, k=3):
    """After PixelSNAIL (Chen et al. 2018), one gated masked convolution and one attention in each block."""
    x = picture(2, 5, 4, channels)
    c = torch.sin(2 * torch.arange(1, 2 * ctx + 1.0)).reshape(2, ctx)
    def causal(x, seen, i, o):
        weight, bias, v = fill(seen, i, o), fill(o), fill(ctx, o)
        return masked(x, weight, (k, k)) + bias[:, None, None] + vector(c @ v)
    gated = lambda ab: ab.chunk(2, -1)[0] * torch.sigmoid(ab.chunk(2, -1)[1])
    y = causal(x.permute(0, 3, 1, 2), k * k // 2, channels, w)
    t = torch.arange(20)
    places = (torch.stack([t // 4, t % 4], -1) / 32.0).expand(2, 20, 2)
    before = F.pad(x.reshape(2, 20, channels), (0, 0, 1, 0))[:, :20]
    for _ in range(blocks):
        a, b = causal(torch.cat([F.elu(y), F.elu(-y)], 1), k * k // 2 + 1, 2 * w, 2 * w).chunk(2, 1)
        flat = (y + a * torch.sigmoid(b)).flatten(2).transpose(1, 2)
        inner = heads * features
        linear = lambda x, i, o: x @ fill(i, o) + fill(o)
        split = lambda x: x.reshape(2, 20, heads, features).transpose(1, 2)
        whole = torch.cat([flat, before, places], -1)
        q, key, v = (split(linear(whole, w + channels + 2, inner)) for _ in range(3))
        scores = (q @ key.transpose(2, 3) / math.sqrt(features)).masked_fill(t[:, None] < t, -math.inf)
        found = (scores.softmax(-1) @ v).transpose(1, 2).reshape(2, 20, inner)
        flat = flat + gated(linear(F.elu(torch.cat([flat, found], -1)), w + inner, 2 * w))
        y = flat.transpose(1, 2).reshape(2, w, 5, 4)
    return report(x, c, dense(F.elu(y), fill(w, outputs), fill(outputs)))

print(json.dumps(dict(pixelCnn=pixel_cnn(), gatedPixelCnn=gated(), pixelCnnPlusPlus=plus_plus(),
                      pixelSnail=snail())))
