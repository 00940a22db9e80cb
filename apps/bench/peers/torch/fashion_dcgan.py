"""Trains DCGAN on Fashion-MNIST for so many seconds and writes what it draws as IDX files of bytes.

Usage: OMP_NUM_THREADS=2 python3 fashion_dcgan.py FOLDER SECONDS OUT [SEED]

FOLDER holds train-images-idx3-ubyte, gzipped or not. The nets are those of `genai repro fashion-gan`: codes of 100, channels 64 and 32,
batch norm, 4 x 4 filters with stride 2, weights from N(0, 0.02^2); batch 64, Adam 2e-4 (0.5, 0.999), one step of each player on the same
codes, as in PyTorch's own example. Of each 10,000 pictures, OUT-batch.idx is drawn with batch statistics, 500 at a time, and
OUT-running.idx with the running averages of eval(). `genai repro fashion-score --data FILE` measures them.
"""
import gzip
import os
import struct
import sys
import time

import numpy
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits as entropy
from gan_nets import drawn

folder, seconds, out = sys.argv[1], float(sys.argv[2]), sys.argv[3]
torch.manual_seed(int(sys.argv[4]) if len(sys.argv) > 4 else 0)
torch.set_num_threads(int(os.environ.get('OMP_NUM_THREADS', 2)))
path = os.path.join(folder, 'train-images-idx3-ubyte')
with (open(path, 'rb') if os.path.exists(path) else gzip.open(path + '.gz')) as file:
    pixels = numpy.frombuffer(file.read()[16:], numpy.uint8).reshape(-1, 1, 28, 28)
images = torch.tensor(pixels / 127.5 - 1, dtype=torch.float32)

step = {'kernel_size': 4, 'stride': 2, 'padding': 1, 'bias': False}
G = drawn(nn.Sequential(
    nn.ConvTranspose2d(100, 64, 7, bias=False), nn.BatchNorm2d(64), nn.ReLU(True),
    nn.ConvTranspose2d(64, 32, **step), nn.BatchNorm2d(32), nn.ReLU(True),
    nn.ConvTranspose2d(32, 1, **step), nn.Tanh()))
D = drawn(nn.Sequential(
    nn.Conv2d(1, 32, **step), nn.LeakyReLU(0.2, True),
    nn.Conv2d(32, 64, **step), nn.BatchNorm2d(64), nn.LeakyReLU(0.2, True),
    nn.Conv2d(64, 1, 7, bias=False), nn.Flatten(0)))
for_g, for_d = (torch.optim.Adam(net.parameters(), lr=2e-4, betas=(0.5, 0.999)) for net in (G, D))
real, fake = torch.ones(64), torch.zeros(64)
start, steps = time.time(), 0
while time.time() - start < seconds:
    for rows in torch.randperm(len(images)).split(64)[:-1]:
        for_d.zero_grad()
        made = G(torch.randn(64, 100, 1, 1))
        (entropy(D(images[rows]), real) + entropy(D(made.detach()), fake)).backward()
        for_d.step()
        for_g.zero_grad()
        entropy(D(made), real).backward()
        for_g.step()
        steps += 1
        if time.time() - start >= seconds:
            break
print(f'{steps} steps in {time.time() - start:.0f} s')


def write(name):
    with torch.no_grad():
        made = torch.cat([G(torch.randn(500, 100, 1, 1)) for _ in range(20)])
    pixels = ((made + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).numpy().tobytes()
    with open(name, 'wb') as file:
        file.write(struct.pack('>IIII', 0x803, len(made), 28, 28) + pixels)
    print(name)


write(f'{out}-batch.idx')
G.eval()
write(f'{out}-running.idx')
