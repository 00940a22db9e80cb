import { scope, softplus } from '@genai/tensor';
import { add, mean, neg, relu, square, sub, type Tensor } from '@tensorflow/tfjs-core';

/**
 * What critic and generator descend, of the numbers that the critic gives: `real` and `fake`, of shape (batch) each.
 * Both are scalars.
 */
export interface AdversarialLoss {
  readonly critic: (real: Tensor, fake: Tensor) => Tensor;
  /** `real` is computed only if it is asked for. */
  readonly generator: (fake: Tensor, real: () => Tensor) => Tensor;
}

/**
 * The critic tells real from fake by cross-entropy, and the generator ascends the critic's loss. Its gradient vanishes
 * where the critic is sure: see {@link nonSaturating}.
 *
 * @source Goodfellow et al. 2014, "Generative adversarial nets", eq. 1.
 */
export function minimax(): AdversarialLoss {
  return {
    critic: classified,
    generator: (fake) => scope(() => neg(mean(softplus(fake)))),
  };
}

/**
 * The critic tells real from fake by cross-entropy, and the generator descends −log D(G(z)).
 *
 * @source Goodfellow et al. 2014, section 3.
 */
export function nonSaturating(): AdversarialLoss {
  return {
    critic: classified,
    generator: (fake) => scope(() => mean(softplus(neg(fake)))),
  };
}

/**
 * The critic is drawn to 1 on real and to 0 on fake examples, the generator draws it to 1.
 *
 * @source Mao et al. 2017, "Least squares generative adversarial networks", eq. 9.
 */
export function leastSquares(): AdversarialLoss {
  return {
    critic: (real, fake) => scope(() => add(mean(square(sub(real, 1))), mean(square(fake)))),
    generator: (fake) => scope(() => mean(square(sub(fake, 1)))),
  };
}

/**
 * The critic is pushed above 1 on real and below −1 on fake examples and no further.
 *
 * @source Lim and Ye 2017, "Geometric GAN"; Miyato et al. 2018, "Spectral normalization", eq. 16 and 17.
 */
export function hinge(): AdversarialLoss {
  return {
    critic: (real, fake) => scope(() => add(mean(relu(sub(1, real))), mean(relu(add(1, fake))))),
    generator: (fake) => scope(() => neg(mean(fake))),
  };
}

/**
 * The difference of the means: the Wasserstein distance if the critic is kept 1-Lipschitz, by {@link gradientPenalty} say.
 *
 * @source Arjovsky et al. 2017, "Wasserstein GAN", eq. 2.
 */
export function wasserstein(): AdversarialLoss {
  return {
    critic: (real, fake) => scope(() => sub(mean(fake), mean(real))),
    generator: (fake) => scope(() => neg(mean(fake))),
  };
}

/**
 * The critic tells which of a pair is the real one, the generator wants it to err. Each fake example is judged beside a
 * real one, so no mode can be given up; with {@link r1} and {@link r2} it converges (R3GAN).
 *
 * @source Jolicoeur-Martineau 2019, "The relativistic discriminator", eq. 5 and 6; Huang et al. 2024, "The GAN is dead; long
 * live the GAN!", eq. 2.
 */
export function relativistic(): AdversarialLoss {
  return {
    critic: (real, fake) => scope(() => mean(softplus(sub(fake, real)))),
    generator: (fake, real) => scope(() => mean(softplus(sub(real(), fake)))),
  };
}

/** Cross-entropy of the logits, the two halves added. */
function classified(real: Tensor, fake: Tensor): Tensor {
  return scope(() => add(mean(softplus(neg(real))), mean(softplus(fake))));
}
