import { expectIntegers, GenaiError } from '@genai/core';

/** How positions reach the net. */
export type Positions =
  | { readonly kind: 'none' }
  /** A learnt vector for each of `context` positions, added to the embedding. */
  | { readonly kind: 'learned' }
  /** Queries and keys are turned by angles that grow with the position. */
  | {
      readonly kind: 'rotary';
      /** Default 10,000. */
      readonly base?: number;
      /** Share of a head's numbers that is turned. Default 1. */
      readonly share?: number;
      /** Pairs are neighbours, as in the paper and in llama2.c; default `false`: halves, as in Hugging Face's files. */
      readonly interleaved?: boolean;
      readonly scaling?: RotaryScaling;
      /** The base in blocks with a window, which are then not stretched, as in Gemma 3. Default: as in all others. */
      readonly windowBase?: number;
    }
  /** Scores fall with the distance, by a slope for each head. */
  | { readonly kind: 'alibi' };

/** How rotary positions are stretched beyond the length a model was trained with, `original`. */
export type RotaryScaling =
  /** Positions divided by `factor` (Chen et al. 2023). */
  | { readonly kind: 'linear'; readonly factor: number }
  /** A larger base, so that the slowest pair turns `factor` times slower and the fastest hardly (bloc97 2023). */
  | { readonly kind: 'ntk'; readonly factor: number }
  /** Llama 3.1's: slow pairs by `factor`, fast ones not, a ramp between. */
  | {
      readonly kind: 'llama3';
      readonly factor: number;
      readonly lowFrequencyFactor: number;
      readonly highFrequencyFactor: number;
      readonly original: number;
    }
  /** YaRN (Peng et al. 2023, section 3): by parts, with a factor on the scores. */
  | {
      readonly kind: 'yarn';
      readonly factor: number;
      readonly original: number;
      /** Turns over `original` above which a pair is kept. Default 32. */
      readonly fast?: number;
      /** Turns below which a pair is slowed by the whole factor. Default 1. */
      readonly slow?: number;
      /** What turned numbers are multiplied by. Default 0.1 · ln(factor) + 1. */
      readonly attentionFactor?: number;
    };

/** Feed-forward layers of several experts, of which a router chooses some for each token. */
export interface Experts {
  /** How many there are. */
  readonly count: number;
  /** How many of them each token visits. */
  readonly active: number;
  /** The weights of those chosen sum to 1. Default `true`. */
  readonly normalised?: boolean;
}

/**
 * A decoder as plain data: what JSON can hold, and all that is needed to make the model again.
 *
 * Presets such as `gpt2`, `llama`, `qwen3` and `gemma2` fill it in.
 */
export interface TransformerConfig {
  /** How many tokens there are. */
  readonly vocabulary: number;
  /** Width of what flows from block to block. */
  readonly width: number;
  /** Number of blocks. */
  readonly layers: number;
  /** Heads of queries. */
  readonly heads: number;
  /** Heads of keys and values; must divide `heads`. Default `heads`; 1 is multi-query, others grouped-query attention. */
  readonly keyHeads?: number;
  /** Numbers in a head. Default `width / heads`. */
  readonly headWidth?: number;
  /** Width within the feed-forward layers. Default 4 · `width`. */
  readonly hidden?: number;
  /** The most positions a sequence has; what learnt positions are made for. */
  readonly context: number;
  readonly positions: Positions;
  /** `layer`: mean 0 and variance 1; `rms`: root mean square 1. */
  readonly norm: 'layer' | 'rms';
  /** Added to the variance or mean square. Default 1e-5. */
  readonly epsilon?: number;
  /** Where the norms stand: `pre`: x + f(norm(x)) and one at the end; `post`: norm(x + f(x)); `both`: x + norm(f(norm(x))), and one at the end. */
  readonly placement?: 'pre' | 'post' | 'both';
  /** Default `gelu-tanh`. */
  readonly activation?: 'gelu' | 'gelu-tanh' | 'silu' | 'relu';
  /** down(activation(gate(x)) · up(x)) instead of down(activation(up(x))): SwiGLU with `silu`, GEGLU with a GELU. Default `false`. */
  readonly gated?: boolean;
  /** Which maps have biases. Default: all. `norms` is of layer norms. */
  readonly biases?: {
    readonly qkv?: boolean;
    readonly output?: boolean;
    readonly feedForward?: boolean;
    readonly norms?: boolean;
  };
  /** A root mean square norm on each head of queries and keys, before they are turned. Default `false`. */
  readonly queryKeyNorm?: boolean;
  /** How many positions a query sees, itself included: one number for all blocks, or one for each, 0 for all positions. */
  readonly window?: number | readonly number[];
  /** What q kᵀ is multiplied by. Default 1 / √headWidth. */
  readonly scoreScale?: number;
  /** Scores s become cap · tanh(s / cap). */
  readonly scoreCap?: number;
  /** Logits become cap · tanh(logits / cap). */
  readonly logitCap?: number;
  /** The embedding's table is the last layer's weight, too. Default `true`. */
  readonly tied?: boolean;
  /** What embedded tokens are multiplied by, √width in Gemma. Default 1. */
  readonly embeddingScale?: number;
  readonly experts?: Experts;
  /** Share of what each part adds that is dropped in training. Default 0. */
  readonly dropout?: number;
  /** The token that stands before the first one. */
  readonly beginToken?: number;
  /** The token that ends a sequence. */
  readonly endToken?: number;
}

/** A {@link TransformerConfig} with its defaults filled in. */
export type FullConfig = TransformerConfig &
  Required<
    Pick<
      TransformerConfig,
      | 'keyHeads'
      | 'headWidth'
      | 'hidden'
      | 'epsilon'
      | 'placement'
      | 'activation'
      | 'gated'
      | 'queryKeyNorm'
      | 'scoreScale'
      | 'tied'
      | 'embeddingScale'
      | 'dropout'
    >
  > & {
    readonly biases: Required<NonNullable<TransformerConfig['biases']>>;
    /** Of each block; `undefined` for all positions. */
    readonly windows: readonly (number | undefined)[];
  };

/** The config with its defaults. @throws GenaiError that names what is out of range or does not fit together. */
export function fullConfig(config: TransformerConfig): FullConfig {
  const where = 'transformer';
  const { vocabulary, width, layers, heads, context, beginToken, endToken } = config;
  expectIntegers(where, { vocabulary, width, layers, heads, context });
  const { keyHeads = heads, headWidth = width / heads, hidden = 4 * width, dropout = 0, experts } = config;
  if (!Number.isInteger(headWidth)) fail(`heads must divide the width ${width}, got ${heads}; or give headWidth`);
  expectIntegers(where, { keyHeads, headWidth, hidden });
  if (heads % keyHeads !== 0) fail(`keyHeads must divide the ${heads} heads, got ${keyHeads}`);
  if (!(dropout >= 0 && dropout < 1)) fail(`dropout must be at least 0 and below 1, got ${dropout}`);
  for (const [name, token] of Object.entries({ beginToken, endToken })) {
    if (token === undefined) continue;
    expectIntegers(where, { [name]: token }, 0);
    if (token >= vocabulary) fail(`${name} must be below the vocabulary of ${vocabulary}, got ${token}`);
  }
  if (experts) {
    expectIntegers(where, { 'experts.count': experts.count, 'experts.active': experts.active });
    if (experts.active > experts.count)
      fail(`experts.active must be at most their count ${experts.count}, got ${experts.active}`);
  }
  const { qkv = true, output = true, feedForward = true, norms = true } = config.biases ?? {};
  return {
    ...{ epsilon: 1e-5, placement: 'pre', activation: 'gelu-tanh', gated: false, queryKeyNorm: false, tied: true },
    ...{ embeddingScale: 1, scoreScale: 1 / Math.sqrt(headWidth) },
    ...config,
    ...{ keyHeads, headWidth, hidden, dropout },
    biases: { qkv, output, feedForward, norms },
    windows: windowsOf(config),
  };
}

function windowsOf({ window, layers }: TransformerConfig): readonly (number | undefined)[] {
  const each = typeof window === 'object' ? window : Array<number>(layers).fill(window ?? 0);
  if (each.length !== layers) fail(`got ${each.length} windows, expected one for each of ${layers} layers`);
  return each.map((size) => {
    expectIntegers('transformer', { window: size }, 0);
    return size || undefined;
  });
}

function fail(problem: string): never {
  throw new GenaiError(`transformer: ${problem}.`);
}
