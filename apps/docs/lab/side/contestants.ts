/** Who is compared, in the order in which they are shown; imported by the page, so that it stays light. */
export const CONTESTANTS = ['vae', 'gan', 'flow', 'autoregressive', 'transformer'] as const;
export type Contestant = (typeof CONTESTANTS)[number];

/** What each says of a point that it has not seen. */
export type Likelihood = 'exact' | 'in cells' | 'bound' | 'none';

/** How the page calls each, and what it is. */
export const TITLES: {
  readonly [name in Contestant]: { readonly title: string; readonly about: string; readonly likelihood: Likelihood };
} = {
  vae: { title: 'VAE', about: 'two latents, Gaussian decoder', likelihood: 'bound' },
  gan: { title: 'GAN', about: 'relativistic, R1 and R2', likelihood: 'none' },
  flow: { title: 'Flow', about: 'four spline couplings', likelihood: 'exact' },
  autoregressive: { title: 'Autoregressive', about: 'x, then y given x; mixtures', likelihood: 'exact' },
  transformer: { title: 'Transformer', about: 'one block, coordinates as tokens', likelihood: 'in cells' },
};

/** Points on either side when draws are scored. */
export const COUNT = 600;
/** Seconds that each trains in one round. */
export const SLICE = 0.05;

/** A number for each contestant. */
export type Each<T> = { readonly [name in Contestant]: T };

/** A value for each contestant. */
export function each<T>(make: (name: Contestant, i: number) => T): Each<T> {
  return Object.fromEntries(CONTESTANTS.map((name, i) => [name, make(name, i)])) as unknown as Each<T>;
}
