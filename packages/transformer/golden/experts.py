"""What the sparse block of Mixtral makes of numbers: run with PyTorch and transformers 5.18; writes experts.json beside it."""
import json
from pathlib import Path

import torch
from transformers import MixtralConfig
from transformers.models.mixtral.modeling_mixtral import MixtralSparseMoeBlock

torch.manual_seed(0)
config = MixtralConfig(hidden_size=8, intermediate_size=6, num_local_experts=4, num_experts_per_tok=2, experts_implementation='eager')
config._experts_implementation = 'eager'
block = MixtralSparseMoeBlock(config)
for p in block.parameters():
    torch.nn.init.normal_(p, std=0.5)
x = torch.randn(2, 3, 8)
made = block(x)
y = made[0] if isinstance(made, tuple) else made
state = {name: p.detach().double().tolist() for name, p in block.state_dict().items()}
numbers = json.dumps({'state': state, 'x': x.tolist(), 'y': y.detach().tolist()})
Path(__file__).with_suffix('.json').write_text(numbers + '\n')
print({name: list(p.shape) for name, p in block.state_dict().items()})
