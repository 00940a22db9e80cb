"""Trains DCGAN on Fashion-MNIST for so many seconds and writes what it draws as an IDX file of bytes.

Usage: OMP_NUM_THREADS=2 python3 fashion_dcgan.py FOLDER SECONDS OUT [SEED]

FOLDER holds train-images-idx3-ubyte, gzipped or not. Pictures are padded to 32x32 as the nets need it and cut to 28x28 again;
batch 64, Adam 2e-4 (0.5, 0.999), as in the paper and in PyTorch's own example. 10,000 pictures are drawn with batch statistics, 500 at a time.
"""
import gzip
import os
import struct
import sys
import time

import numpy
import torch
from torch.nn.functional import binary_cross_entropy_with_logits as entropy
from torch.nn.functional import pad
from gan_nets import discriminator, generator

folder, seconds, out = sys.argv[1], float(sys.argv[2]), sys.argv[3]
torch.manual_seed(int(sys.argv[4]) if len(sys.argv) > 4 else 0)
torch.set_num_threads(int(os.environ.get('OMP_NUM_THREADS', 2)))
path = os.path.join(folder, 'train-images-idx3-ubyte')
with (open(path, 'rb') if os.path.exists(path) else gzip.open(path + '.gz')) as file:
    pixels = numpy.frombuffer(file.read()[16:], numpy.uint8).reshape(-1, 1, 28, 28)
images = pad(torch.tensor(pixels / 127.5 - 1, dtype=torch.float32), (2, 2, 2, 2), value=-1)

G, D = generator(), discriminator()
for_g, for_d = (torch.optim.Adam(net.parameters(), lr=2e-4, betas=(0.5, 0.999)) for net in (G, D))
real, fake = torch.ones(64), torch.zeros(64)
start, steps = time.time(), 0
while time.time() - start < seconds:
    for rows in torch.randperm(len(images)).split(64)[:-1]:
        for_d.zero_grad()
        drawn = G(torch.randn(64, 100, 1, 1))
        (entropy(D(images[rows]), real) + entropy(D(drawn.detach()), fake)).backward()
        for_d.step()
        for_g.zero_grad()
        entropy(D(drawn), real).backward()
        for_g.step()
        steps += 1
        if time.time() - start >= seconds:
            break

with torch.no_grad():
    made = torch.cat([G(torch.randn(500, 100, 1, 1)) for _ in range(20)])[:, 0, 2:-2, 2:-2]
bytes_ = ((made + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).numpy().tobytes()
with open(out, 'wb') as file:
    file.write(struct.pack('>IIII', 0x803, len(made), 28, 28) + bytes_)
print(f'{steps} steps in {time.time() - start:.0f} s: {out}')
