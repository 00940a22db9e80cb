"""DDPM with a UNet of 28x28x1 images, channels 32, 64, 128, attention in the middle, batch 32; error of the noise; Adam 2e-4."""
import math
import torch
from torch import nn
from torch.nn import functional as F
from harness import batch_size, cycle, train


class Block(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.norm1, self.conv1 = nn.GroupNorm(8, inputs), nn.Conv2d(inputs, outputs, 3, padding=1)
        self.time = nn.Linear(128, outputs)
        self.norm2, self.conv2 = nn.GroupNorm(8, outputs), nn.Conv2d(outputs, outputs, 3, padding=1)
        self.skip = nn.Identity() if inputs == outputs else nn.Conv2d(inputs, outputs, 1)

    def forward(self, x, t):
        hidden = self.conv1(F.silu(self.norm1(x))) + self.time(F.silu(t))[:, :, None, None]
        return self.skip(x) + self.conv2(F.silu(self.norm2(hidden)))


class Attention(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.norm = nn.GroupNorm(8, channels)
        self.qkv, self.output = nn.Conv2d(channels, 3 * channels, 1), nn.Conv2d(channels, channels, 1)

    def forward(self, x):
        size, channels = x.shape[:2]
        q, k, v = self.qkv(self.norm(x)).view(size, 3, channels, -1).unbind(1)
        weights = F.softmax(q.transpose(1, 2) @ k / math.sqrt(channels), -1)
        return x + self.output((v @ weights.transpose(1, 2)).view(x.shape))


class Unet(nn.Module):
    def __init__(self):
        super().__init__()
        self.time = nn.Sequential(nn.Linear(32, 128), nn.SiLU(), nn.Linear(128, 128))
        self.input = nn.Conv2d(1, 32, 3, padding=1)
        self.down0, self.halve0 = Block(32, 32), nn.Conv2d(32, 32, 3, 2, 1)
        self.down1, self.halve1 = Block(32, 64), nn.Conv2d(64, 64, 3, 2, 1)
        self.down2 = Block(64, 128)
        self.middle1, self.attention, self.middle2 = Block(128, 128), Attention(128), Block(128, 128)
        self.up2, self.smooth1 = Block(256, 128), nn.Conv2d(128, 128, 3, padding=1)
        self.up1, self.smooth0 = Block(192, 64), nn.Conv2d(64, 64, 3, padding=1)
        self.up0 = Block(96, 32)
        self.norm, self.output = nn.GroupNorm(8, 32), nn.Conv2d(32, 1, 3, padding=1)

    def forward(self, x, time):
        angles = time[:, None].float() * torch.exp(-math.log(10_000) * torch.arange(16) / 16)
        t = self.time(torch.cat((angles.sin(), angles.cos()), 1))
        h0 = self.down0(self.input(x), t)
        h1 = self.down1(self.halve0(h0), t)
        h2 = self.down2(self.halve1(h1), t)
        h = self.middle2(self.attention(self.middle1(h2, t)), t)
        h = self.smooth1(F.interpolate(self.up2(torch.cat((h, h2), 1), t), scale_factor=2, mode='nearest'))
        h = self.smooth0(F.interpolate(self.up1(torch.cat((h, h1), 1), t), scale_factor=2, mode='nearest'))
        return self.output(F.silu(self.norm(self.up0(torch.cat((h, h0), 1), t))))


net = Unet()
size = batch_size(32)
levels = torch.cumprod(1 - torch.linspace(1e-4, 0.02, 1000), 0)
images = cycle(torch.rand(4, size, 1, 28, 28) * 2 - 1)


def loss():
    x = next(images)
    time, noise = torch.randint(0, 1000, (size,)), torch.randn_like(x)
    level = levels[time][:, None, None, None]
    return F.mse_loss(net(level.sqrt() * x + (1 - level).sqrt() * noise, time), noise)


train(loss, net.parameters(), torch.optim.Adam(net.parameters(), lr=2e-4), warmup=3)
