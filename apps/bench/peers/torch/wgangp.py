"""One critic step of WGAN-GP on the nets of DCGAN, no batch norm in the critic, batch 64; Adam 1e-4 (0, 0.9)."""
import torch
from gan_nets import discriminator, generator
from harness import batch_size, cycle, timed

size = batch_size(64)
G, D = generator(), discriminator(norm=False)
optimizer = torch.optim.Adam(D.parameters(), lr=1e-4, betas=(0.0, 0.9))
images = cycle(torch.rand(4, size, 1, 32, 32) * 2 - 1)


def step():
    x = next(images)
    with torch.no_grad():
        fake = G(torch.randn(size, 100, 1, 1))
    optimizer.zero_grad()
    share = torch.rand(size, 1, 1, 1)
    between = (share * x + (1 - share) * fake).requires_grad_(True)
    slope, = torch.autograd.grad(D(between).sum(), between, create_graph=True)
    penalty = ((slope.flatten(1).norm(2, dim=1) - 1) ** 2).mean()
    loss = D(fake).mean() - D(x).mean() + 10 * penalty
    loss.backward()
    optimizer.step()
    return loss.detach()


timed(step, list(D.parameters()), warmup=3)
