import { neighboursOf } from '../nearest-neighbours.js';
import { type Points, rowsOf } from '../points.js';

/**
 * The share of training examples whose nearest sample lies nearer than their nearest other training example, 0 to 1: for how many a
 * sample gives them away. Lower is better; about ½ where as many samples are of the same distribution.
 *
 * samples: (samples, width), training: (examples, width). The paper divides each column by its entropy first, so that rare values weigh more:
 * scale the columns as yours deserve before.
 *
 * @example
 * const share = await identifiability(samples, training);
 * @throws GenaiError unless both are matrices of finite numbers of one width, with at least two training examples.
 * @source Yoon et al. 2020, "Anonymization through data synthesis using generative adversarial networks (ADS-GAN)".
 */
export async function identifiability(samples: Points, training: Points): Promise<number> {
  const known = await rowsOf('identifiability, the training data', training, 2);
  const drawn = await rowsOf('identifiability, the samples', samples, 1, known.width);
  const toSample = await neighboursOf(known, drawn, 1);
  const toOther = await neighboursOf(known, known, 1, true);
  const given = toSample.filter(({ distances }, i) => distances[0]! < toOther[i]!.distances[0]!);
  return given.length / known.count;
}
