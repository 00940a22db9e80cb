"""Numbers in [0, 1) that look drawn, the same as `hashed` in hashed.ts gives."""

import numpy as np


def hashed(seed, *shape):
    count = int(np.prod(shape))
    bits = (np.arange(count, dtype=np.uint64) + np.uint64(seed * 1000003)) & np.uint64(0xFFFFFFFF)
    for _ in range(2):
        bits = ((bits ^ (bits >> np.uint64(16))) * np.uint64(0x45D9F3B)) & np.uint64(0xFFFFFFFF)
    bits = bits ^ (bits >> np.uint64(16))
    return ((bits >> np.uint64(8)) / 2**24).astype(np.float32).reshape(shape)
