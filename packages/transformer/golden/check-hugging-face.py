"""Loads folders that toHuggingFace and saveTensors wrote with AutoModelForCausalLM of the real transformers, and compares the logits
with those of expected.json in the golden folder of the same name.

Run: python check-hugging-face.py FOLDER... (each named as the golden it is the copy of)
"""
import json
import os
import sys

import torch
from transformers import AutoModelForCausalLM

for folder in sys.argv[1:]:
    name = os.path.basename(folder.rstrip('/'))
    expected = json.load(open(os.path.join(os.path.dirname(os.path.abspath(__file__)), name, 'expected.json')))
    model, report = AutoModelForCausalLM.from_pretrained(folder, attn_implementation='eager', output_loading_info=True)
    assert not any(report.values()), report
    with torch.no_grad():
        logits = model.float()(torch.tensor(expected['tokens'])).logits
    print(f"{name}: {type(model).__name__}, largest difference {(logits - torch.tensor(expected['logits'])).abs().max():.2e}")
