"""Files and numbers of the Python package gguf 0.19 (llama.cpp's), written beside this file.

ggml.gguf: every type of value, and tensors of every type that is read, of random blocks; scales are made finite.
ggml.json: `dequantized`: what gguf.quants.dequantize makes of those tensors, as bits of float32 in base64; `quantized`: values (bits
of float32) and what gguf.quants.quantize makes of them, in base64, blocks of zeros, of ties and of tiny values among them.

Run: python3 ggml.py
"""
import base64
import json
import os

import gguf
import numpy as np
from gguf import GGMLQuantizationType as T

HERE = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(0)
READ = ['F32', 'F16', 'BF16', 'Q8_0', 'Q4_0', 'Q4_1', 'Q5_0', 'Q5_1', 'Q4_K', 'Q5_K', 'Q6_K']
# Where in a block its float16 stand.
HALVES = {'F16': [0], 'Q8_0': [0], 'Q4_0': [0], 'Q5_0': [0], 'Q4_1': [0, 2], 'Q5_1': [0, 2], 'Q4_K': [0, 2], 'Q5_K': [0, 2], 'Q6_K': [208]}


def text(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def blocks(name):
    """(2, bytes of 3 blocks), or of 6 plain numbers"""
    elements, size = gguf.GGML_QUANT_SIZES[T[name]]
    count = 3 if elements > 1 else 6
    raw = rng.integers(0, 256, (2 * count, size), dtype=np.uint8)
    for at in HALVES.get(name, []):
        raw[:, at:at + 2] = rng.normal(0, 0.02, (2 * count, 1)).astype(np.float16).view(np.uint8)
    if name in ('F32', 'BF16'):
        raw = rng.normal(0, 1, (2 * count, 1)).astype(np.float32).view(np.uint8)[:, -size:]
    return raw.reshape(2, -1)


def add_values(writer):
    writer.add_uint8('u8', 200)
    writer.add_int8('i8', -100)
    writer.add_uint16('u16', 60000)
    writer.add_int16('i16', -30000)
    writer.add_uint32('u32', 4000000000)
    writer.add_int32('i32', -2000000000)
    writer.add_float32('f32', 0.1)
    writer.add_bool('bool', True)
    writer.add_string('string', 'é😀\n')
    writer.add_uint64('u64', 2 ** 63 + 1)
    writer.add_int64('i64', -2 ** 62 - 1)
    writer.add_float64('f64', 0.1)
    writer.add_array('strings', ['', 'Ġthe', 'é'])
    writer.add_array('i32s', [1, -2, 3])
    writer.add_array('f32s', [0.5, -1.25])
    writer.add_array('bools', [True, False])


def main():
    writer = gguf.GGUFWriter(os.path.join(HERE, 'ggml.gguf'), 'llama')
    add_values(writer)
    dequantized = {}
    for name in READ:
        raw = blocks(name)
        kept = raw.view({'F32': np.float32, 'F16': np.float16}[name]) if name in ('F32', 'F16') else raw
        writer.add_tensor(name.lower(), kept, raw_dtype=T[name])
        dequantized[name] = text(gguf.quants.dequantize(kept, T[name]).astype(np.float32))
    writer.add_tensor('three', np.arange(24, dtype=np.float32).reshape(2, 3, 4))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()

    rows = rng.normal(0, 1, (12, 32)).astype(np.float32)
    rows[1] = 0
    rows[2] *= 1e-9
    rows[3] = np.arange(32) - 16  # ties, and a largest that stands once
    rows[4] = np.where(np.arange(32) % 2, 8, -8)  # largest of both signs
    rows[5] = (np.arange(32) - 15.5) * (127 / 31)
    rows[6] = 127 * np.sign(rows[6]); rows[6, ::2] = np.arange(16) + 0.5  # halves: away from 0
    rows[7] *= 1e4
    rows[8, 0] = -0.0
    quantized = {name: text(gguf.quants.quantize(rows, T[name])) for name in ('F16', 'Q8_0', 'Q4_0')}
    with open(os.path.join(HERE, 'ggml.json'), 'w') as file:
        json.dump({'dequantized': dequantized, 'values': text(rows), 'quantized': quantized}, file, indent=1)
        file.write('\n')


main()
