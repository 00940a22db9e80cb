import { GenaiError, type Layer, split } from '@genai/core';
import { normal } from '@genai/distributions';
import { expectShape, logSumExp, scope, softplus } from '@genai/tensor';
import { add, addN, mean, mul, neg, slice, sub, sum, type Tensor } from '@tensorflow/tfjs-core';
import { type Gan, gan } from './gan.js';
import type { GeneratorRegularizer } from './generator-regularizer.js';
import { type CodeLayout, expectLayout, structuredCodes, sumOf } from './structured-codes.js';

/** The generator's parameters and those of the net that reads codes from its examples: they move together. */
export type InformativeParams<G, Q> = { readonly net: G; readonly reader: Q };

/** What is read from examples, a row for each: the factors of their codes. */
export type Reading = {
  /** For each category the logits of its kinds, (batch, kinds). */
  readonly categories: readonly Tensor[];
  /** The numbers' mean and scale, (batch, continuous). */
  readonly loc: Tensor;
  readonly scale: Tensor;
};

/** The parts of {@link informative}. */
export interface InformativeParts<G, D, Q> {
  readonly generator: Layer<Tensor, G>;
  readonly critic: Layer<Tensor, D>;
  /** From examples to (batch, kinds of all categories + 2 · continuous): logits, means, and what becomes scales by softplus. */
  readonly reader: Layer<Tensor, Q>;
  readonly codes: CodeLayout;
}

/** A model whose codes have factors that can be read from its examples. */
export interface Informative<G, D, Q> extends Gan<InformativeParams<G, Q>, D> {
  /** The factors that the net finds in examples (batch, …event), real ones too. The tensors are the caller's. */
  readonly read: (generator: InformativeParams<G, Q>, x: Tensor) => Reading;
  /** −λ E log q(c | G(z, c)) in nats: the less, the more an example tells of its code. */
  readonly information: (weight?: number) => GeneratorRegularizer<InformativeParams<G, Q>>;
}

/**
 * A model that finds factors in the data without labels: some features of its codes must be readable from its examples, so
 * each comes to mean something that can be seen.
 *
 * The reader is trained with the generator, as part of that player.
 *
 * @example
 * const digits = informative({
 *   generator: mlp([62 + 10 + 2, 256, 784]),
 *   critic: mlp([784, 256, 1]),
 *   reader: mlp([784, 256, 10 + 2 * 2]),
 *   codes: { noise: 62, categories: [10], continuous: 2 },
 * });
 * const game = adversarial(digits, { loss: nonSaturating(), generatorRegularizers: [digits.information(1)] });
 * const kinds = argMax(digits.read(params.generator, images).categories[0], -1); // clusters, (batch)
 * @throws GenaiError if the layout of codes has no factor; when used, if the reader's output does not fit it.
 * @source Chen et al. 2016, "InfoGAN: interpretable representation learning by information maximizing generative adversarial
 * nets", eq. 5 and 6.
 */
export function informative<G, D, Q>(parts: InformativeParts<G, D, Q>): Informative<G, D, Q> {
  const { noise, categories, continuous, features } = expectLayout('informative', parts.codes);
  const outputs = sumOf(categories) + 2 * continuous;
  if (outputs === 0) throw new GenaiError('informative: codes are noise alone. Give them categories or continuous.');
  const generator: Layer<Tensor, InformativeParams<G, Q>> = {
    init: (key) => {
      const [first, second] = split(key);
      return scope(() => ({ net: parts.generator.init(first), reader: parts.reader.init(second) }));
    },
    apply: ({ net }, z, key) => parts.generator.apply(net, z, key),
  };
  const read: Informative<G, D, Q>['read'] = ({ reader }, x) =>
    scope(() => {
      const y = parts.reader.apply(reader, x); // (batch, outputs)
      expectShape('informative: the reader', y, ['batch', outputs]);
      const kinds = cut(y, 0, categories);
      const [loc, raw] = cut(y, sumOf(categories), [continuous, continuous]) as [Tensor, Tensor];
      return { categories: kinds, loc, scale: add(softplus(raw), 1e-3) }; // not 0, as in `gaussian`
    });
  return {
    ...gan({ generator, critic: parts.critic, prior: structuredCodes(parts.codes) }),
    read,
    information: (weight = 1) => {
      if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY)) {
        throw new GenaiError(`information: the weight must be a finite number of at least 0, got ${weight}.`);
      }
      return ({ generator, z, fake }) =>
        scope(() => {
          const { categories: logits, loc, scale } = read(generator, fake);
          const ofKinds = cut(z, noise, categories).map((kind, i) =>
            sub(sum(mul(kind, logits[i]!), -1), logSumExp(logits[i]!, -1)),
          );
          const numbers = continuous > 0 ? cut(z, features - continuous, [continuous]) : [];
          const ofNumbers = numbers.map((c) => sum(normal(loc, scale).logProb(c), -1));
          return { cost: mul(neg(mean(addN([...ofKinds, ...ofNumbers]))), weight) };
        });
    },
  };
}

/** Columns of these widths, one after another from `start`. */
function cut(x: Tensor, start: number, widths: readonly number[]): Tensor[] {
  let at = start;
  return widths.map((width) => {
    const part = slice(x, [0, at], [-1, width]);
    at += width;
    return part;
  });
}
