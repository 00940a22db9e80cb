"""Direct preference optimisation written out in PyTorch, on log-probabilities that the model in gpt2 beside this file gives, of transformers
5.18: loss, accuracy, margin and the gradient of the final norm's scale, for the losses of eq. 7 of Rafailov et al. 2023 (with labels
smoothed, too), of IPO (eq. 17 of Azar et al. 2023) and of the hinge. The reference is the same model with its weights halved.

Run: python dpo.py
"""
import copy
import json
import os

import torch
import torch.nn.functional as F
import transformers as hf

HERE = os.path.dirname(os.path.abspath(__file__))
BETA = 0.3
torch.manual_seed(3)
model = hf.AutoModelForCausalLM.from_pretrained(os.path.join(HERE, 'gpt2'), attn_implementation='eager').eval()
reference = copy.deepcopy(model)
with torch.no_grad():
    for weight in {id(w): w for w in reference.parameters()}.values():
        weight.mul_(0.5)


def batch():
    tokens = torch.randint(0, 23, (4, 9))
    begins, ends = torch.randint(1, 4, (4, 1)), torch.randint(6, 10, (4, 1))
    places = torch.arange(9)[None]
    return tokens, ((places >= begins) & (places < ends)).float()


def log_probs(net, tokens, mask, normalised):
    logits = net(tokens).logits[:, :-1].log_softmax(-1)
    each = logits.gather(2, tokens[:, 1:, None])[:, :, 0] * mask[:, 1:]
    return each.sum(1) / (mask[:, 1:].sum(1) if normalised else 1)


LOSSES = {
    'logistic': lambda h: -F.logsigmoid(BETA * h),
    'smoothed': lambda h: -0.9 * F.logsigmoid(BETA * h) - 0.1 * F.logsigmoid(-BETA * h),
    'squared': lambda h: (h - 1 / (2 * BETA)) ** 2,
    'hinge': lambda h: torch.relu(1 - BETA * h),
}
chosen, rejected = batch(), batch()
cases = {}
for name, loss_of in LOSSES.items():
    normalised = name == 'squared'
    model.zero_grad()
    with torch.no_grad():
        before = log_probs(reference, *chosen, normalised) - log_probs(reference, *rejected, normalised)
    h = log_probs(model, *chosen, normalised) - log_probs(model, *rejected, normalised) - before
    loss = loss_of(h).mean()
    loss.backward()
    cases[name] = dict(
        loss=loss.item(), accuracy=(h > 0).float().mean().item(), margin=(BETA * h).mean().item(),
        gradient=model.transformer.ln_f.weight.grad.tolist())
written = dict(
    beta=BETA, chosen=[part.tolist() for part in chosen], rejected=[part.tolist() for part in rejected], cases=cases)
with open(os.path.join(HERE, 'dpo.json'), 'w') as file:
    json.dump(json.loads(json.dumps(written), parse_float=lambda text: float('%.8g' % float(text))), file)
