"""Random adapters of peft 0.21 for the models in llama and gpt2 beside this file (hugging-face.py made them), saved by save_pretrained
into llama-peft and gpt2-peft, each with expected.json: tokens (2, 11) and the logits (2, 11, vocabulary) of PyTorch in float32.

Run: python adapters.py
"""
import json
import os
import shutil

import torch
import transformers as hf
from peft import LoraConfig, get_peft_model

HERE = os.path.dirname(os.path.abspath(__file__))
CONFIGS = {
    'llama': dict(r=3, lora_alpha=6, target_modules=['q_proj', 'v_proj', 'o_proj', 'gate_proj', 'down_proj']),
    'gpt2': dict(r=2, lora_alpha=3, use_rslora=True, fan_in_fan_out=True, target_modules=['c_attn', 'c_fc', 'mlp.c_proj']),
}

for seed, (name, options) in enumerate(CONFIGS.items()):
    torch.manual_seed(seed)
    base = hf.AutoModelForCausalLM.from_pretrained(os.path.join(HERE, name), attn_implementation='eager')
    model = get_peft_model(base, LoraConfig(task_type='CAUSAL_LM', **options)).eval()
    with open(os.path.join(HERE, name, 'expected.json')) as file:
        tokens = torch.tensor(json.load(file)['tokens'])
    folder = os.path.join(HERE, f'{name}-peft')
    shutil.rmtree(folder, ignore_errors=True)
    with torch.no_grad():
        for path, weight in model.named_parameters():
            if 'lora_' in path:
                weight.copy_(0.3 * torch.randn(weight.shape))
        logits = model(tokens).logits
    model.peft_config['default'].base_model_name_or_path = name  # no path of a machine
    model.save_pretrained(folder)
    os.remove(os.path.join(folder, 'README.md'))
    with open(os.path.join(folder, 'expected.json'), 'w') as file:
        rounded = json.loads(json.dumps(logits.tolist()), parse_float=lambda text: float('%.8g' % float(text)))
        json.dump({'tokens': tokens.tolist(), 'logits': rounded}, file)
    for file in os.listdir(folder):
        os.chmod(os.path.join(folder, file), 0o644)
