import type { FullConfig } from '../transformer-config.js';
import type { Fields } from './fields.js';

type Activation = FullConfig['activation'];

const BY_NAME: { readonly [name: string]: Activation } = {
  gelu: 'gelu',
  gelu_new: 'gelu-tanh',
  gelu_pytorch_tanh: 'gelu-tanh',
  gelu_fast: 'gelu-tanh',
  silu: 'silu',
  swish: 'silu',
  relu: 'relu',
};

/** The activation that a field names. */
export function activationOf(config: Fields, field: string, missing: string): Activation {
  const name = config.text(field, missing);
  return Object.hasOwn(BY_NAME, name)
    ? BY_NAME[name]!
    : config.refuse(field, `one of ${Object.keys(BY_NAME).join(', ')}`);
}

/** The name that PyTorch's own function has. */
export function activationName(activation: Activation): string {
  return activation === 'gelu-tanh' ? 'gelu_pytorch_tanh' : activation;
}
