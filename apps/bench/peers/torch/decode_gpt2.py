from decode_gpt import bench

bench(vocabulary=50_257, blocks=12, heads=12, width=768, context=1_024, bias=True, gelu='tanh', prompt=16)
