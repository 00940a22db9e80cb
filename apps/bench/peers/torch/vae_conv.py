"""Convolutional VAE of 28x28 images: ReLU, cross-entropy and KL divergence summed over the batch; Adam 1e-3, batch 64."""
import torch
from torch import nn
from torch.nn import functional as F
from harness import batch_size, cycle, train

encoder = nn.Sequential(nn.Conv2d(1, 32, 4, 2, 1), nn.ReLU(), nn.Conv2d(32, 64, 4, 2, 1), nn.ReLU(), nn.Flatten(),
                        nn.Linear(3136, 256), nn.ReLU())
to_mean, to_log_variance = nn.Linear(256, 32), nn.Linear(256, 32)
decoder = nn.Sequential(nn.Linear(32, 256), nn.ReLU(), nn.Linear(256, 3136), nn.ReLU(), nn.Unflatten(1, (64, 7, 7)),
                        nn.ConvTranspose2d(64, 32, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(32, 1, 4, 2, 1))
params = [p for part in (encoder, to_mean, to_log_variance, decoder) for p in part.parameters()]
images = cycle((torch.rand(10, batch_size(64), 1, 28, 28) < 0.2).float())


def loss():
    x = next(images)
    hidden = encoder(x)
    mean, log_variance = to_mean(hidden), to_log_variance(hidden)
    logits = decoder(mean + torch.randn_like(mean) * torch.exp(0.5 * log_variance))
    kl = -0.5 * torch.sum(1 + log_variance - mean ** 2 - log_variance.exp())
    return F.binary_cross_entropy_with_logits(logits, x, reduction='sum') + kl


train(loss, params, torch.optim.Adam(params, lr=1e-3), warmup=10)
