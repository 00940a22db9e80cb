"""Dense VAE 784-400-20-400-784: ReLU, cross-entropy and KL divergence summed over the batch; Adam 1e-3, batch 128."""
import torch
from torch import nn
from torch.nn import functional as F
from harness import batch_size, cycle, train

net = nn.ModuleDict(dict(hidden=nn.Linear(784, 400), mean=nn.Linear(400, 20), log_variance=nn.Linear(400, 20),
                         widen=nn.Linear(20, 400), logits=nn.Linear(400, 784)))
images = cycle((torch.rand(10, batch_size(128), 784) < 0.2).float())


def loss():
    x = next(images)
    hidden = F.relu(net['hidden'](x))
    mean, log_variance = net['mean'](hidden), net['log_variance'](hidden)
    z = mean + torch.randn_like(mean) * torch.exp(0.5 * log_variance)
    y = torch.sigmoid(net['logits'](F.relu(net['widen'](z))))
    kl = -0.5 * torch.sum(1 + log_variance - mean ** 2 - log_variance.exp())
    return F.binary_cross_entropy(y, x, reduction='sum') + kl


train(loss, net.parameters(), torch.optim.Adam(net.parameters(), lr=1e-3), warmup=20)
