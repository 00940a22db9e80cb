"""16 pictures of 28x28 binary pixels by a PixelCNN of 15 residual blocks of 16 channels; each pixel runs the net on the whole
pictures anew, as published implementations do."""
import torch
from torch import nn
from torch.nn import functional as F
from harness import timed


class Masked(nn.Conv2d):
    """Sees what comes before in raster order, and with `own` the pixel itself."""
    def __init__(self, inputs, outputs, kernel, own):
        super().__init__(inputs, outputs, kernel, padding=kernel // 2)
        mask = torch.zeros(kernel * kernel)
        mask[:kernel * kernel // 2 + own] = 1
        self.weight.data *= mask.view(1, 1, kernel, kernel)  # nothing is trained here, so once is enough


class Block(nn.Module):
    def __init__(self, h):
        super().__init__()
        self.narrow, self.causal, self.wide = nn.Conv2d(2 * h, h, 1), Masked(h, h, 3, True), nn.Conv2d(h, 2 * h, 1)

    def forward(self, x):
        return x + self.wide(F.relu(self.causal(F.relu(self.narrow(F.relu(x))))))


h = 16
net = nn.Sequential(Masked(1, 2 * h, 7, False), *(Block(h) for _ in range(15)),
                    nn.ReLU(), nn.Conv2d(2 * h, 32, 1), nn.ReLU(), nn.Conv2d(32, 1, 1))


@torch.inference_mode()
def step():
    x = torch.zeros(16, 1, 28, 28)
    for row in range(28):
        for column in range(28):
            x[:, :, row, column] = torch.bernoulli(torch.sigmoid(net(x)[:, :, row, column]))
    return float(x.mean())


timed(step, list(net.parameters()), warmup=0)
