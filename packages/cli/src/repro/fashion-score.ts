import { resolve } from 'node:path';
import { idxImages } from '@genai/data/node';
import { imageData } from '../image-data.js';
import { featureNet } from '../model/feature-net.js';
import { featuresOfData, spread } from '../model/feature-rows.js';
import { UsageError } from '../usage-error.js';
import { compared, comparison } from './compared.js';
import { dataOptions, type Protocol, type ReproContext, type Reproduction } from './protocol.js';

/** Pictures of clothes of any program, measured as {@link fashionGan} measures ours. */
export const fashionScore: Protocol = {
  name: 'fashion-score',
  about: 'the numbers of fashion-gan for pictures made elsewhere, --data FILE.idx',
  run: score,
};

async function score(context: ReproContext): Promise<Reproduction> {
  const { data, cwd, signal } = context;
  if (data === undefined) {
    throw new UsageError('fashion-score measures an IDX file of 28 × 28 bytes. Give it as --data FILE.');
  }
  const { test } = await imageData('fashion-mnist', cwd, dataOptions(context));
  const pictures = await idxImages(resolve(cwd, data));
  const net = await featureNet();
  const fakes = await featuresOfData(pictures, spread(pictures.length, pictures.length), net, signal);
  const given = { what: `pictures of ${data}`, fakes, real: test, net, signal };
  return { findings: await compared(given), protocol: comparison(given), steps: 0, stopped: false };
}
