import type { TextTokenizer } from '@genai/data';
import { type Transformer, type TransformerParams, transformer } from '@genai/transformer';
import type { Loaded } from '../model/checkpoint.js';
import { decoderConfig } from '../model/text/build-decoder.js';
import { speaks } from '../model/text/text-tokenizer-of.js';
import { UsageError } from '../usage-error.js';

/** A transformer with all that other programs need of it. */
export interface ExportableModel {
  readonly model: Transformer;
  /** Those of the checkpoint: not to be freed. */
  readonly params: TransformerParams;
  readonly tokenizer: TextTokenizer;
  /** Jinja template of dialogues. */
  readonly chatTemplate?: string | undefined;
}

/**
 * What of a checkpoint goes to other programs. In a model of dialogues the mark behind a turn ends a text.
 *
 * @throws UsageError for a model that they have no place for.
 */
export function exportable(loaded: Loaded): ExportableModel {
  if (loaded.reads !== 'text') refuse(loaded);
  const { parts } = loaded.config;
  if (!('decoder' in parts || 'depth' in parts)) refuse(loaded);
  const { tokenizer, chat, chatTemplate, params } = loaded;
  const plain = decoderConfig(parts, tokenizer.vocabulary);
  const endToken = plain.endToken ?? chat?.stop;
  return {
    model: transformer({ ...plain, ...(endToken !== undefined && { endToken }) }),
    params: params as unknown as TransformerParams,
    tokenizer,
    chatTemplate: chatTemplate ?? (speaks(tokenizer) ? MARKED : undefined),
  };
}

/** What `chatFormat` writes. */
const MARKED: string =
  "{% for message in messages %}{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}";

function refuse({ config }: Loaded): never {
  throw new UsageError(`${config.preset} is no transformer: only --to safetensors can be written of it.`);
}
