import { fieldsOf } from '../hugging-face/fields.js';
import type { Pretrained } from '../hugging-face/from-hugging-face.js';
import { gpt2Places } from '../hugging-face/gpt2-architecture.js';
import type { NamedTensors } from '../layouts/named-tensor.js';
import { paramsFrom } from '../layouts/params-from.js';
import { gpt2 } from '../presets/gpt2.js';
import { transformer } from '../transformer.js';
import { fullConfig } from '../transformer-config.js';

/**
 * A model and its parameters from a checkpoint of nanoGPT. Its `ckpt.pt` is a pickle, a program that nobody should run unseen; where it
 * was made, this writes files that can be read:
 *
 * ```python
 * ckpt = torch.load('ckpt.pt', map_location='cpu', weights_only=False)
 * safetensors.torch.save_file({name: weight.clone() for name, weight in ckpt['model'].items()}, 'model.safetensors')
 * json.dump(ckpt['model_args'], open('config.json', 'w'))
 * ```
 *
 * `modelArgs` is what that `config.json` says. Its GELU is taken for the exact one, which nanoGPT has had since June 2023.
 *
 * @example
 * const { model, params } = await fromNanoGpt(await loadConfig(store), readTensors(store));
 * @throws GenaiError that names the field or the tensor that does not fit. No tensor is left over then.
 * @source https://github.com/karpathy/nanoGPT, model.py.
 */
export async function fromNanoGpt(modelArgs: unknown, tensors: NamedTensors): Promise<Pretrained> {
  const args = fieldsOf('fromNanoGpt: config.json', modelArgs);
  const bias = args.boolean('bias', true);
  const config = gpt2({
    vocabulary: args.integer('vocab_size'),
    width: args.integer('n_embd'),
    layers: args.integer('n_layer', undefined, 4_096),
    heads: args.integer('n_head', undefined, 65_536),
    context: args.integer('block_size'),
    activation: 'gelu',
    biases: { qkv: bias, output: bias, feedForward: bias, norms: bias },
  });
  const model = transformer(config);
  const params = await paramsFrom(tensors, {
    where: 'fromNanoGpt',
    places: gpt2Places(fullConfig(config), { transposed: true }),
    known: plainName,
  });
  return { model, params, endTokens: [] };
}

/** `undefined` for the last layer, which is the embedding's table, and for masks. */
function plainName(name: string): string | undefined {
  const plain = name.replace(/^(_orig_mod\.|module\.)*(transformer\.)?/, ''); // of torch.compile and of distributed training
  return plain === 'lm_head.weight' || /^h\.\d+\.attn\.bias$/.test(plain) ? undefined : plain;
}
