from decode_gpt import bench

bench(vocabulary=65, blocks=6, heads=6, width=384, context=320, bias=False, gelu='none', prompt=256)
