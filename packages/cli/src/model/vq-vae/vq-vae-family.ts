import { batches } from '@genai/data';
import { adam, minimize } from '@genai/train';
import { codeBookUpdates, vqLoss } from '@genai/vae';
import { UsageError } from '../../usage-error.js';
import type { Family } from '../family.js';
import { type Params, type Trainable, untypedStep } from '../trainable.js';
import { type BuiltVqVae, buildVqVae } from './build-vq-vae.js';
import { measureVqVae } from './measure-vq-vae.js';
import { parseVqVae, type VqVaeConfig } from './vq-vae-config.js';

/** Vector-quantised autoencoders of grey or coloured images, without a prior over their codes. */
export const vqVaeFamily: Family = {
  describe: (fields, common) => {
    const config = parseVqVae(fields, common);
    return {
      reads: 'images',
      config,
      conditional: false,
      perStep: config.training.batch,
      build: () => trainable(config),
    };
  },
};

function trainable(config: VqVaeConfig): Trainable {
  const model = buildVqVae(config);
  const { batch, learningRate, commitment, decay, restart } = config.training;
  const step = minimize(vqLoss(model, { commitment, codeBook: 0 }), adam(learningRate));
  return {
    init: model.init,
    step: untypedStep(codeBookUpdates(step, model, { decay, restart })),
    batches: ({ train }, { order }) => batches(train, { size: batch, key: order }),
    headline: { metric: 'loss', unit: 'nats' },
    draw: () => {
      throw new UsageError(
        `${config.preset} makes images of codes, and has no model of codes to draw from yet. Measure it with genai eval; ` +
          'to draw, fit a prior to the codes that encodeCodes of @genai/vae gives, and decode its draws with decodeCodes.',
      );
    },
    measure: (params, options) => measureVqVae(model, params as ParamsOf, options),
  };
}

type ParamsOf = ReturnType<BuiltVqVae['init']> & Params;
