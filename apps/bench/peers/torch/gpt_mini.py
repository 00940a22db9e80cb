"""nanoGPT's recipe for characters: 6 blocks, 6 heads, width 384, context 256, batch 8."""
from gpt import bench

bench(blocks=6, heads=6, width=384, context=256, batch=8)
