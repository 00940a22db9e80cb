"""Golden values of inceptionFeatures: run `PYTHONPATH=torch-fidelity python3 inception.py > inception.json`.

torch-fidelity's network with weights from `hashed`: array number i of the state dict, in the order of its names, is stream 100 + i,
shifted and scaled as in `weight` below and in inception-v3.test.ts. Two images of 37 × 53 bytes. Sums of each feature vector against
`hashed(50, width)`, and its first four numbers; `clean` are the 192 after resizing as clean-fid does. In float64 inside.
"""

import json
import sys

import numpy as np
import torch
import torch_fidelity.feature_extractor_inceptionv3 as module
from hashed import hashed
from PIL import Image


def weight(seed, name, shape):
    noise = hashed(seed, *shape) - np.float32(0.5)
    if name.endswith("running_var"):
        return noise + np.float32(1)
    if name.endswith("bn.weight"):
        return noise * np.float32(0.5) + np.float32(1)
    if name.endswith("fc.weight"):
        return noise * np.float32(0.25)
    if name.endswith("conv.weight"):
        # About He's variance of 2 / inputs, a power of two apart.
        return noise * np.float32(2 ** np.floor(np.log2(24 / np.prod(shape[1:])) / 2 + 0.25))
    return noise * np.float32(0.5)


def rounded(x):
    return [float(f"{v:.9g}") for v in np.asarray(x, dtype=np.float64).reshape(-1)]


class Net(module.FeatureExtractorInceptionV3):
    """Loads made weights where the original reads a file."""

    def load_state_dict(self, _):
        own = self.state_dict()
        names = sorted(name for name in own if not name.endswith("num_batches_tracked"))
        made = {name: torch.tensor(weight(100 + i, name, tuple(own[name].shape))) for i, name in enumerate(names)}
        return super().load_state_dict({**own, **made})


def clean(x, size, align_corners):
    """Resizes as clean-fid does: Pillow's bicubic on floats, clipped."""
    planes = [
        np.asarray(Image.fromarray(plane.numpy().astype(np.float32)).resize(size, resample=Image.BICUBIC)).clip(0, 255)
        for plane in x.flatten(0, 1)
    ]
    return torch.tensor(np.stack(planes), dtype=x.dtype).unflatten(0, x.shape[:2])


module.load_state_dict_from_url = lambda *_, **__: None
taps = ["64", "192", "768", "2048", "logits_unbiased"]
net = Net("made", taps, feature_extractor_internal_dtype="float64")
bytes = np.floor(hashed(1, 2, 37, 53, 3) * 256).astype(np.int64)
bytes[1] = bytes[1] * np.arange(53)[:, None] // 53  # darker to the left
images = torch.tensor(bytes.astype(np.uint8)).permute(0, 3, 1, 2).contiguous()
with torch.no_grad():
    found = dict(zip(taps, net(images)))
    module.interpolate_bilinear_2d_like_tensorflow1x = clean
    cleaned = net(images)[1]
golden = {
    name: {
        "sums": rounded(x.numpy().astype(np.float64) @ hashed(50, x.shape[1])),
        "first": rounded(x[:, :4]),
    }
    for name, x in found.items()
}
golden["clean"] = {"sums": rounded(cleaned.numpy().astype(np.float64) @ hashed(50, 192)), "first": rounded(cleaned[:, :4])}
golden["probabilities"] = rounded(torch.softmax(found["logits_unbiased"], 1)[:, :4])
print(json.dumps(golden, separators=(",", ":")), file=sys.stdout)
