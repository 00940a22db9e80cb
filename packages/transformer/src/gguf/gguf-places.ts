import { stackedExpertPlaces } from '../layouts/expert-places.js';
import { mapPlaces, normPlaces } from '../layouts/place.js';
import type { FullConfig } from '../transformer-config.js';
import type { GgufPlace } from './gguf-architecture.js';

export interface GgufPlacesOptions {
  /** Queries, keys and values are one tensor. */
  readonly fused?: boolean;
  /** Every map and norm has a bias in the file. */
  readonly biased?: boolean;
}

/**
 * The places of llama.cpp's names, all maps as (outputs, inputs).
 *
 * @source https://github.com/ggml-org/llama.cpp/blob/master/gguf-py/gguf/constants.py, `TENSOR_NAMES`.
 */
export function ggufPlaces(
  config: FullConfig,
  { fused = false, biased = false }: GgufPlacesOptions = {},
): readonly GgufPlace[] {
  const { vocabulary, width, hidden, context, layers, heads, keyHeads, headWidth, biases, positions, tied } = config;
  const hasShift = config.norm === 'layer' && biases.norms;
  const norm = (name: string, path: string): GgufPlace[] =>
    normPlaces(name, path, width, { shift: hasShift || biased }).map((place) =>
      place.path.endsWith('.shift') && !hasShift ? { ...place, absent: true } : place,
    );
  const map = (
    name: string,
    path: string,
    sizes: readonly [inputs: number, outputs: number],
    bias: boolean,
    columns?: readonly [from: number, all: number],
  ): GgufPlace[] =>
    mapPlaces(name, path, sizes, { transposed: true, columns, bias: bias || biased }).map((place) =>
      place.path.endsWith('.bias') && !bias ? { ...place, absent: true } : place,
    );

  const [queries, keys] = [heads * headWidth, keyHeads * headWidth];
  const all = queries + 2 * keys;
  const forward = (name: string, path: string): GgufPlace[] => [
    ...(config.gated
      ? map(`${name}.ffn_gate`, `${path}.feedForward.up`, [width, hidden], biases.feedForward, [0, 2 * hidden])
      : []),
    ...map(
      `${name}.ffn_up`,
      `${path}.feedForward.up`,
      [width, hidden],
      biases.feedForward,
      config.gated ? [hidden, 2 * hidden] : undefined,
    ),
    ...map(`${name}.ffn_down`, `${path}.feedForward.down`, [hidden, width], biases.feedForward),
  ];
  const blocks = Array.from({ length: layers }, (_, layer) => {
    const [name, path] = [`blk.${layer}`, `blocks.${layer}`];
    const qkv = `${path}.attention.qkv`;
    const both = config.placement === 'both';
    /** Of queries or keys: an RMS norm, whatever the others are. */
    const headNorm = (of: string, path: string): GgufPlace[] =>
      config.queryKeyNorm ? normPlaces(`${name}.attn_${of}_norm`, path, headWidth, { shift: false }) : [];
    const part = (of: string, size: number, from: number): GgufPlace[] =>
      map(`${name}.attn_${of}`, qkv, [width, size], biases.qkv, [from, all]);
    return [
      ...norm(`${name}.attn_norm`, `${path}.attentionNorms.before`),
      ...(fused ? map(`${name}.attn_qkv`, qkv, [width, all], biases.qkv) : []),
      ...(fused ? [] : [...part('q', queries, 0), ...part('k', keys, queries), ...part('v', keys, queries + keys)]),
      ...headNorm('q', `${path}.attention.queryNorm`),
      ...headNorm('k', `${path}.attention.keyNorm`),
      ...map(`${name}.attn_output`, `${path}.attention.output`, [queries, width], biases.output),
      ...(both ? norm(`${name}.post_attention_norm`, `${path}.attentionNorms.after`) : []),
      ...norm(`${name}.ffn_norm`, `${path}.feedForwardNorms.before`),
      ...(config.experts ? stackedExpertPlaces(config, expertNames(name), `${path}.feedForward`) : forward(name, path)),
      ...(both ? norm(`${name}.post_ffw_norm`, `${path}.feedForwardNorms.after`) : []),
    ];
  });
  return [
    { name: 'token_embd.weight', path: 'embedding.table', shape: [vocabulary, width] },
    ...(positions.kind === 'learned'
      ? [{ name: 'position_embd.weight', path: 'positions.table', shape: [context, width] }]
      : []),
    ...blocks.flat(),
    ...norm('output_norm', 'norm'),
    ...(tied ? [] : mapPlaces('output', 'head', [width, vocabulary], { transposed: true, bias: false })),
  ];
}

function expertNames(block: string): Parameters<typeof stackedExpertPlaces>[1] {
  const [router, gate, up, down] = ['gate_inp', 'gate_exps', 'up_exps', 'down_exps'].map(
    (part) => `${block}.ffn_${part}`,
  );
  return { router: router!, gate: gate!, up: up!, down: down! };
}
