import { type ExpertNames, expertPlaces } from '../layouts/expert-places.js';
import { mapPlaces, normPlaces, type Place } from '../layouts/place.js';
import type { FullConfig } from '../transformer-config.js';

/** How the norms of a file are named and kept. */
export interface LlamaNames {
  /** Of the norms of a block, by where they stand. */
  readonly norms: { readonly [norm in 'attention' | 'attentionAfter' | 'feedForward' | 'feedForwardAfter']?: string };
  /** Added to the scales of norms, 1 in Gemma. Default 0. */
  readonly plus?: number;
  /** Within a block, where its feed-forward layer is of experts. Default: the file has no such layers. */
  readonly experts?: ExpertNames;
}

/** The norms of a block that has two. */
export const NORMS = { attention: 'input_layernorm', feedForward: 'post_attention_layernorm' } as const;

/** The places of Llama's names, which most later models have too: queries, keys and values apart, gate and up apart. */
export function llamaPlaces(config: FullConfig, { norms, plus, experts }: LlamaNames): readonly Place[] {
  const { vocabulary, width, hidden, layers, heads, keyHeads, headWidth, biases, tied, queryKeyNorm } = config;
  const [queries, keys] = [heads * headWidth, keyHeads * headWidth];
  const all = queries + 2 * keys;
  const blocks = Array.from({ length: layers }, (_, layer) => {
    const [name, path] = [`layers.${layer}`, `blocks.${layer}`];
    const part = (
      file: string,
      leaf: string,
      outputs: number,
      columns: readonly [number, number],
      bias: boolean,
    ): Place[] =>
      mapPlaces(`${name}.${file}`, `${path}.${leaf}`, [width, outputs], { transposed: true, columns, bias });
    const whole = (file: string, leaf: string, inputs: number, bias: boolean): Place[] =>
      mapPlaces(`${name}.${file}`, `${path}.${leaf}`, [inputs, width], { transposed: true, bias });
    const norm = (file: string | undefined, leaf: string, size = width): Place[] =>
      file === undefined ? [] : normPlaces(`${name}.${file}`, `${path}.${leaf}`, size, { plus });
    const forward = (): Place[] => [
      ...part('mlp.gate_proj', 'feedForward.up', hidden, [0, 2 * hidden], biases.feedForward),
      ...part('mlp.up_proj', 'feedForward.up', hidden, [hidden, 2 * hidden], biases.feedForward),
      ...whole('mlp.down_proj', 'feedForward.down', hidden, biases.feedForward),
    ];
    return [
      ...norm(norms.attention, 'attentionNorms.before'),
      ...part('self_attn.q_proj', 'attention.qkv', queries, [0, all], biases.qkv),
      ...part('self_attn.k_proj', 'attention.qkv', keys, [queries, all], biases.qkv),
      ...part('self_attn.v_proj', 'attention.qkv', keys, [queries + keys, all], biases.qkv),
      ...norm(queryKeyNorm ? 'self_attn.q_norm' : undefined, 'attention.queryNorm', headWidth),
      ...norm(queryKeyNorm ? 'self_attn.k_norm' : undefined, 'attention.keyNorm', headWidth),
      ...whole('self_attn.o_proj', 'attention.output', queries, biases.output),
      ...norm(norms.attentionAfter, 'attentionNorms.after'),
      ...norm(norms.feedForward, 'feedForwardNorms.before'),
      ...(experts ? [] : forward()),
      ...(experts ? expertPlaces(config, within(experts, name), `${path}.feedForward`) : []),
      ...norm(norms.feedForwardAfter, 'feedForwardNorms.after'),
    ];
  });
  return [
    { name: 'embed_tokens.weight', path: 'embedding.table', shape: [vocabulary, width] },
    ...blocks.flat(),
    ...normPlaces('norm', 'norm', width, { plus }),
    ...(tied ? [] : mapPlaces('lm_head', 'head', [width, vocabulary], { transposed: true, bias: false })),
  ];
}

/** Names of experts within a block. */
function within({ router, gate, up, down }: ExpertNames, block: string): ExpertNames {
  const of =
    (name: (expert: number) => string) =>
    (expert: number): string =>
      `${block}.${name(expert)}`;
  return { router: `${block}.${router}`, gate: of(gate), up: of(up), down: of(down) };
}
