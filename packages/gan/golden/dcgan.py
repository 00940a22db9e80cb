"""One step of DCGAN at size 32, width 2, latents 3, batch 3 in PyTorch 1.13, for dcgan.test.ts; written beside this file.

The nets are those of apps/bench/peers/torch/gan_nets.py, narrower: gradient descent at rate 0.5 on the critic, then on the
generator against the critic so moved, with the same codes. Weights are in PyTorch's own layout, images as NHWC.

Run: python3 dcgan.py
"""
import json
import os
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits as entropy

torch.manual_seed(0)
latents, width, size, rate = 3, 2, 3, 0.5


def generator():
    layers, sizes = [], (latents, 4 * width, 2 * width, width)
    for i, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        layers += [nn.ConvTranspose2d(inputs, outputs, 4, *((2, 1) if i else (1, 0)), bias=False),
                   nn.BatchNorm2d(outputs), nn.ReLU(True)]
    return drawn(nn.Sequential(*layers, nn.ConvTranspose2d(width, 1, 4, 2, 1, bias=False), nn.Tanh()))


def discriminator():
    layers = [nn.Conv2d(1, width, 4, 2, 1, bias=False), nn.LeakyReLU(0.2)]
    for inputs, outputs in ((width, 2 * width), (2 * width, 4 * width)):
        layers += [nn.Conv2d(inputs, outputs, 4, 2, 1, bias=False), nn.BatchNorm2d(outputs), nn.LeakyReLU(0.2)]
    return drawn(nn.Sequential(*layers, nn.Conv2d(4 * width, 1, 4, 1, 0, bias=False), nn.Flatten(0)))


def drawn(net):
    for layer in net:
        if isinstance(layer, nn.BatchNorm2d):
            nn.init.normal_(layer.weight, 1, 0.3)
            nn.init.normal_(layer.bias, 0, 0.3)
        elif hasattr(layer, 'weight'):
            nn.init.normal_(layer.weight, 0, 0.3)
    return net


def numbers(tensor):
    return json.loads(json.dumps(tensor.detach().tolist()), parse_float=lambda text: float('%.7g' % float(text)))


def weights(net):
    return [numbers(value) for value in net.parameters()]


G, D = generator(), discriminator()
x, z = torch.rand(size, 1, 32, 32) * 2 - 1, torch.randn(size, latents, 1, 1)
golden = dict(rate=rate, z=numbers(z[:, :, 0, 0]), x=numbers(x.permute(0, 2, 3, 1)), before=dict(generator=weights(G), critic=weights(D)))
moved = {net: torch.optim.SGD(net.parameters(), lr=rate) for net in (G, D)}
real, fake = torch.ones(size), torch.zeros(size)

drawn_images = G(z)
loss = entropy(D(x), real) + entropy(D(drawn_images.detach()), fake)
loss.backward()
moved[D].step()
golden['critic'] = loss.item()
moved[D].zero_grad()
loss = entropy(D(drawn_images), real)
loss.backward()
moved[G].step()
golden['generator'] = loss.item()
golden['after'] = dict(generator=weights(G), critic=weights(D))

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'dcgan.json'), 'w') as file:
    json.dump(golden, file, separators=(',', ':'))
    file.write('\n')
