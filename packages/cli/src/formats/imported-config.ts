import type { TextTokenizer } from '@genai/data';
import type { KeptTokenizer } from '../model/family.js';
import { TOKENIZER_FILE } from '../model/text/kept-tokenizer.js';
import type { TextConfig } from '../model/text/text-config.js';
import { versions } from '../model/versions.js';
import type { ImportedModel } from './import-model.js';

/** What `config.json` of a checkpoint of ours says of a model from elsewhere. */
export function importedConfig(spec: string, { config }: ImportedModel, tokenizer: TextTokenizer): TextConfig {
  const description = tokenizer.toJSON();
  const isFile = description.kind === 'hugging-face';
  const kept: KeptTokenizer = isFile ? { kind: 'hugging-face', file: TOKENIZER_FILE } : description;
  return {
    family: 'text',
    preset: 'transformer',
    parts: {
      net: 'transformer',
      tokenizer: isFile ? 'byte-pairs' : description.kind,
      vocabulary: Math.max(LEAST_VOCABULARY, tokenizer.vocabulary),
      decoder: config,
    },
    data: { spec, tokenizer: kept },
    training: { ...TRAINING, length: Math.min(TRAINING.length, config.context) },
    versions: versions(),
  };
}

/** One token for each byte: what the field has at least, which only says something before a tokenizer is trained. */
const LEAST_VOCABULARY = 256;
/** Gentle: what the model knows is not to be forgotten. */
const TRAINING = { steps: 1_000, batch: 8, learningRate: 1e-5, seed: 0, length: 128, clip: 1 };
