"""nanoGPT's recipe for a CPU: 4 blocks, 4 heads, width 128, context 64, batch 12."""
from gpt import bench

bench(blocks=4, heads=4, width=128, context=64, batch=12)
