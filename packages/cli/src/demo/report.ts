import { duration, number } from '../progress.js';
import { htmlReport } from '../render/html-report.js';
import { type Pictures, SHOWN_NOISE } from './pictures.js';
import type { Scores } from './scores.js';

/** The page that shows everything the demonstration made. */
export function report(pictures: Pictures, chart: string, scores: Scores): string {
  const { heldOut, stopped } = scores;
  const { elbo, importanceWeightedNll: nll } = heldOut;
  return htmlReport({
    title: 'A variational autoencoder learnt to write digits',
    summary:
      `It saw ${count(scores.data.train)} real handwritten digits for ${duration(scores.seconds * 1000)} on ${scores.engine}, ` +
      `${count(scores.steps)} steps of ${scores.batch} digits.${stopped ? ' It was stopped early.' : ''} ` +
      'The digits that it is tested on below were kept from it.',
    figures: [
      {
        title: 'New digits',
        caption: 'Drawn from nothing: random latents from the prior, decoded. Nobody wrote these.',
        image: pictures.samples,
      },
      {
        title: 'Reconstructions',
        caption: `Held-out digits in the first and third row; below each, what ${scores.latents} numbers keep of it.`,
        image: pictures.reconstructions,
      },
      {
        title: 'A walk between digits',
        caption: 'Each row goes from one held-out digit to another in equal steps through the latent space.',
        image: pictures.walk,
      },
      {
        title: 'Noise taken away',
        caption: `Held-out digits with ${Math.round(SHOWN_NOISE * 100)} % of the pixels replaced by coin tosses; below each, the digit that the model sees in it.`,
        image: pictures.denoised,
      },
      {
        title: 'Learning curve',
        caption: 'Lower is better. Training is harder than the held-out digits: a quarter of its images are noisy.',
        image: chart,
      },
    ],
    scores: [
      {
        name: 'ELBO',
        value: `${number(elbo.nats).replace('-', '−')} nats`,
        meaning: `Lower bound of the log-likelihood of an image; mean over ${count(elbo.images)} digits. The sizes of this net were chosen on these digits, so on others it may score a little worse.`,
      },
      ...(nll
        ? [
            {
              name: 'NLL',
              value: `≤ ${number(nll.nats)} nats`,
              meaning: `Negative log-likelihood of an image by ${nll.samples} importance-weighted samples; mean over ${count(nll.images)} digits.`,
            },
          ]
        : []),
    ],
    facts: [
      ['Engine', scores.engine],
      [
        'Training',
        `${count(scores.steps)} steps in ${duration(scores.seconds * 1000)}, ${number(scores.stepsPerSecond)} a second`,
      ],
      ['Model', `convolutional VAE, ${count(scores.parameters)} parameters`],
      ['Seed', String(scores.seed)],
    ],
    files: [
      ['model/', 'the checkpoint: config.json and model.safetensors'],
      ['scores.json', 'these scores as numbers'],
      ['*.png, loss.svg', 'the pictures and the chart'],
    ],
  });
}

const count = (value: number): string => value.toLocaleString('en');
