"""Makes float16.json: float32 bits rounded to float16 by NumPy and to bfloat16 by PyTorch, all as unsigned integers.

Run with Debian's python3-numpy and python3-torch: /usr/bin/python3 golden/float16.py > golden/float16.json
"""

import json

import numpy as np
import torch

random = np.random.RandomState(0)
bits = [random.randint(0, 2**32, 200, dtype=np.uint64)]  # any float32
# Around every power of two that float16 has, its subnormals and its overflow; ties and their neighbours.
scales = np.exp2(np.arange(-27, 18, dtype=np.float64))
units = np.array([1.0, 1.5, 1 + 2**-10, 1 + 2**-11, 1 + 3 * 2**-11, 1 + 2**-8, 1 + 2**-9, 2 - 2**-11])
ties = (scales[:, None] * units).astype(np.float32).ravel().view(np.uint32).astype(np.int64)
bits += [ties - 1, ties, ties + 1, ties | 0x80000000]
# Zeros, the largest numbers, infinities, subnormals of float32.
bits += [[0, 0x80000000, 0x477FE000, 0x477FEFFF, 0x477FF000, 0x7F7FFFFF, 0xFF7FFFFF, 0x7F7F7FFF, 0x7F7F8000]]
bits += [[0x7F800000, 0xFF800000, 1, 0x80000001, 0x7FFFFF, 0x8000, 0x8001, 0x18000]]
x = np.unique(np.concatenate([np.asarray(b, np.int64) for b in bits])).astype(np.uint32)
floats = x.view(np.float32)
keep = ~np.isnan(floats)  # what becomes of a payload is not fixed by the standard
x, floats = x[keep], floats[keep]

with np.errstate(over="ignore"):
    half = floats.astype(np.float16).view(np.uint16)
brain = torch.from_numpy(floats.copy()).to(torch.bfloat16).view(torch.int16).numpy().view(np.uint16)
print(json.dumps({"float32": x.tolist(), "float16": half.tolist(), "bfloat16": brain.tolist()}))
