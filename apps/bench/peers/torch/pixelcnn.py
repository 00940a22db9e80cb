"""Gated PixelCNN of 28x28 binary images, 7 layers of 64 channels, masks multiply the weights, batch 32; Adam 1e-3."""
import torch
from torch import nn
from torch.nn import functional as F
from harness import batch_size, cycle, train


class Masked(nn.Conv2d):
    """Sees rows above (or pixels to the left), and with `own` the row (or pixel) itself."""
    def __init__(self, inputs, outputs, rows, own):
        super().__init__(inputs, outputs, (rows, 3), padding=(rows // 2, 1))
        mask = torch.zeros(rows, 3)
        line = mask if rows == 3 else mask[0]
        line[:2 if own else 1] = 1
        self.register_buffer('mask', mask[None, None])

    def forward(self, x):
        return F.conv2d(x, self.weight * self.mask, self.bias, padding=self.padding)


def gate(x):
    a, b = x.chunk(2, 1)
    return torch.tanh(a) * torch.sigmoid(b)


class Layer(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.down, self.right = Masked(channels, 2 * channels, 3, True), Masked(channels, 2 * channels, 1, True)
        self.across, self.back = nn.Conv2d(2 * channels, 2 * channels, 1), nn.Conv2d(channels, channels, 1)

    def forward(self, v, h):
        down = self.down(v)
        return gate(down), h + self.back(gate(self.right(h) + self.across(down)))


class PixelCnn(nn.Module):
    def __init__(self, channels=64, layers=7):
        super().__init__()
        self.down, self.right = Masked(1, channels, 3, False), Masked(1, channels, 1, False)
        self.layers = nn.ModuleList(Layer(channels) for _ in range(layers))
        self.logits = nn.Conv2d(channels, 1, 1)

    def forward(self, x):
        v = self.down(x)
        h = self.right(x) + v
        for layer in self.layers:
            v, h = layer(v, h)
        return self.logits(F.elu(h))


net = PixelCnn()
images = cycle((torch.rand(4, batch_size(32), 1, 28, 28) < 0.2).float())


def loss():
    x = next(images)
    return F.binary_cross_entropy_with_logits(net(x), x)


train(loss, net.parameters(), torch.optim.Adam(net.parameters(), lr=1e-3), warmup=3)
