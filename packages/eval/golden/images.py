"""Golden values of image metrics: run `python3 images.py > images.json` with torchmetrics 1.9, scikit-image 0.26 and Pillow 12.

Images are `hashed(seed, batch, height, width, channels)`; the second of a pair is 0.7 · the first + 0.3 · the next stream, so that they
resemble each other. All in float64 but Pillow, which resizes floats of 32 bits.
"""

import json
import sys

import numpy as np
import torch
from hashed import hashed
from PIL import Image
from skimage.metrics import structural_similarity
from torchmetrics.functional.image import (
    multiscale_structural_similarity_index_measure,
    peak_signal_noise_ratio,
    structural_similarity_index_measure,
)


def rounded(x):
    return [float(f"{v:.9g}") for v in np.asarray(x, dtype=np.float64).reshape(-1)]


def pair(seed, shape, scale=1.0):
    a = hashed(seed, *shape).astype(np.float64)
    b = 0.7 * a + 0.3 * hashed(seed + 1, *shape).astype(np.float64)
    return scale * a, scale * b


def planes(x):
    return torch.tensor(x).permute(0, 3, 1, 2).contiguous()


def pairs():
    for seed, shape, scale in [(1, (2, 17, 23, 3), 1.0), (3, (3, 14, 12, 1), 255.0)]:
        a, b = pair(seed, shape, scale)
        x, y = planes(a).requires_grad_(), planes(b)
        each = structural_similarity_index_measure(x, y, data_range=scale, reduction="none")
        narrow = structural_similarity_index_measure(x, y, data_range=scale, sigma=0.9, k1=0.05, k2=0.1, reduction="none")
        slope = torch.autograd.grad(each.sum(), x)[0].permute(0, 2, 3, 1)
        yield {
            "seed": seed,
            "shape": shape,
            "scale": scale,
            "psnr": rounded(peak_signal_noise_ratio(x, y, data_range=scale, dim=(1, 2, 3), reduction="none").detach()),
            "ssim": rounded(each.detach()),
            "narrow": rounded(narrow.detach()),
            "inside": rounded([
                structural_similarity(p, q, data_range=scale, channel_axis=2, gaussian_weights=True, sigma=1.5, use_sample_covariance=False)
                for p, q in zip(a, b)
            ]),
            # The gradient against weights, of all and of the first row.
            "slope": rounded([(slope * torch.tensor(hashed(9, *shape))).sum(), slope[0, 0].abs().sum()]),
        }


def small():
    x, y = map(planes, pair(15, (2, 8, 6, 1)))
    return structural_similarity_index_measure(x, y, data_range=1.0, reduction="none")


def scales():
    for seed, shape, betas in [(5, (2, 47, 45, 3), (0.2, 0.3, 0.5)), (7, (1, 176, 181, 1), None)]:
        a, b = pair(seed, shape)
        more = {} if betas is None else {"betas": betas}
        x, y = planes(a).requires_grad_(), planes(b)
        each = multiscale_structural_similarity_index_measure(x, y, data_range=1.0, reduction="none", **more)
        slope = torch.autograd.grad(each.sum(), x)[0].permute(0, 2, 3, 1)
        yield {
            "seed": seed,
            "shape": shape,
            "exponents": betas,
            "value": rounded(each.detach()),
            "slope": rounded([(slope * torch.tensor(hashed(9, *shape))).sum()]),
        }


def sizes():
    filters = {"box": Image.BOX, "bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC, "lanczos": Image.LANCZOS}
    for size in [(5, 4), (16, 9), (13, 40), (11, 17), (1, 1)]:
        for name, code in filters.items():
            x = hashed(11, 13, 17, 2)
            out = np.stack(
                [np.asarray(Image.fromarray(x[:, :, c]).resize(size[::-1], resample=code)) for c in range(2)], axis=2
            )
            # Sums along each axis against weights tell where each number stands.
            weights = hashed(12, *out.shape)
            yield {"size": size, "filter": name, "first": rounded(out[0, 0]), "last": rounded(out[-1, -1]), "sum": rounded((out.astype(np.float64) * weights).sum())[0]}


golden = {"pairs": list(pairs()), "small": rounded(small()), "scales": list(scales()), "sizes": list(sizes())}
print(json.dumps(golden, separators=(",", ":")), file=sys.stdout)
