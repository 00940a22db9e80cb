import type { FullConfig } from '../transformer-config.js';

/** What an architecture computes, where a config could ask for another thing. */
export type GgufTraits = Pick<FullConfig, 'norm' | 'placement' | 'activation' | 'gated' | 'queryKeyNorm'> & {
  readonly positions: FullConfig['positions']['kind'];
  readonly embeddingScale?: number;
  readonly scoreScale?: number;
  /** It has caps of scores and of logits. Default `false`. */
  readonly capped?: boolean;
  /** The embedding's table must be the last layer's weight. Default `false`. */
  readonly tied?: boolean;
  /** Maps that may have biases. Default: none. */
  readonly biases?: readonly ('qkv' | 'output' | 'feedForward')[];
  /** It takes `rope_freqs.weight`, which Llama 3's scaling is. Default `false`. */
  readonly slowed?: boolean;
  /** It has windows, which it checks itself. Default `false`. */
  readonly windowed?: boolean;
  /** By which blocks with a window turn. Default: as all others. */
  readonly windowBase?: number;
  /** Whether feed-forward layers may, or must, be of experts whose weights sum to 1. Default: they may not. */
  readonly experts?: 'may' | 'must';
};

/** What of the config is not of these traits, each as a phrase: `activation is relu, not silu`. */
export function lacks(config: FullConfig, traits: GgufTraits): readonly string[] {
  const { positions, windows, context, headWidth, experts } = config;
  const { embeddingScale = 1, scoreScale = 1 / Math.sqrt(headWidth), capped = false, biases = [] } = traits;
  const found: string[] = [];
  const expect = (name: string, got: unknown, expected: unknown): void => {
    if (got !== expected) found.push(`${name} is ${got}, not ${expected}`);
  };
  const near = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-6 * Math.abs(b);
  for (const name of ['norm', 'placement', 'activation', 'gated', 'queryKeyNorm'] as const) {
    expect(name, config[name], traits[name]);
  }
  expect('positions.kind', positions.kind, traits.positions);
  if (positions.kind === 'rotary') {
    expect('positions.share', positions.share ?? 1, 1);
    const windowBase = 'windowBase' in positions ? positions.windowBase : undefined;
    expect('positions.windowBase', windowBase, traits.windowBase);
    const { scaling } = positions;
    if (scaling?.kind === 'llama3' && !traits.slowed) expect('positions.scaling.kind', 'llama3', 'another');
    if (scaling?.kind === 'yarn') {
      expect('positions.scaling.fast', scaling.fast ?? 32, 32); // llama.cpp knows fields for them, and does not read them
      expect('positions.scaling.slow', scaling.slow ?? 1, 1);
    }
  }
  if (!near(config.embeddingScale, embeddingScale)) expect('embeddingScale', config.embeddingScale, embeddingScale);
  if (!near(config.scoreScale, scoreScale)) expect('scoreScale', config.scoreScale, scoreScale);
  expect('scoreCap', config.scoreCap !== undefined ? 'given' : 'absent', capped ? 'given' : 'absent');
  expect('logitCap', config.logitCap !== undefined ? 'given' : 'absent', capped ? 'given' : 'absent');
  if (traits.tied) expect('tied', config.tied, true);
  for (const name of ['qkv', 'output', 'feedForward'] as const) {
    if (config.biases[name] && !biases.includes(name)) expect(`biases.${name}`, true, false);
  }
  const isNarrow = windows.some((window) => window !== undefined && window < context);
  if (!traits.windowed && isNarrow) expect('window', 'below the context', 'absent');
  if (experts ? !traits.experts : traits.experts === 'must') {
    expect('experts', experts ? 'given' : 'absent', experts ? 'absent' : 'given');
  }
  if (experts) {
    expect('experts.normalised', experts.normalised ?? true, true);
    expect('biases.feedForward', config.biases.feedForward, false);
  }
  return found;
}
