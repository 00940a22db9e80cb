"""DCGAN 32x32x1, batch 64: one step of the discriminator and one of the generator on the same codes; Adam 2e-4 (0.5, 0.999)."""
import torch
from torch.nn.functional import binary_cross_entropy_with_logits as entropy
from gan_nets import discriminator, generator
from harness import batch_size, cycle, timed

size = batch_size(64)
G, D = generator(), discriminator()
for_g, for_d = (torch.optim.Adam(net.parameters(), lr=2e-4, betas=(0.5, 0.999)) for net in (G, D))
images = cycle(torch.rand(4, size, 1, 32, 32) * 2 - 1)
real, fake = torch.ones(size), torch.zeros(size)


def step():
    for_d.zero_grad()
    entropy(D(next(images)), real).backward()
    drawn = G(torch.randn(size, 100, 1, 1))
    entropy(D(drawn.detach()), fake).backward()
    for_d.step()
    for_g.zero_grad()
    loss = entropy(D(drawn), real)
    loss.backward()
    for_g.step()
    return loss.detach()


timed(step, [*G.parameters(), *D.parameters()], warmup=3)
