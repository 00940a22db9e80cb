"""The nets of DCGAN for 32x32x1 images and codes of 100, for dcgan.py and wgangp.py."""
from torch import nn


def generator():
    layers, sizes = [], (100, 256, 128, 64)
    for i, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        layers += [nn.ConvTranspose2d(inputs, outputs, 4, *((2, 1) if i else (1, 0)), bias=False),
                   nn.BatchNorm2d(outputs), nn.ReLU(True)]
    return drawn(nn.Sequential(*layers, nn.ConvTranspose2d(64, 1, 4, 2, 1, bias=False), nn.Tanh()))


def discriminator(norm=True):
    layers = [nn.Conv2d(1, 64, 4, 2, 1, bias=False), nn.LeakyReLU(0.2)]
    for inputs, outputs in ((64, 128), (128, 256)):
        layers += [nn.Conv2d(inputs, outputs, 4, 2, 1, bias=False)]
        layers += [nn.BatchNorm2d(outputs)] if norm else []
        layers += [nn.LeakyReLU(0.2)]
    return drawn(nn.Sequential(*layers, nn.Conv2d(256, 1, 4, 1, 0, bias=False), nn.Flatten(0)))


def drawn(net):
    for layer in net:
        if isinstance(layer, nn.BatchNorm2d):
            nn.init.normal_(layer.weight, 1, 0.02)
        elif hasattr(layer, 'weight'):
            nn.init.normal_(layer.weight, 0, 0.02)
    return net
