import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { load, save } from '@genai/checkpoint';
import { directory } from '@genai/checkpoint/node';
import { disposeTree, key } from '@genai/core';
import { imageClassifier } from '@genai/eval';
import { labelledData } from './labelled-data.js';
import type { Protocol, ReproContext, Reproduction } from './protocol.js';
import { accuracy, trainClassifier } from './train-classifier.js';
import { loadedLike } from './train-kept.js';

/** The net whose features Fréchet distances of small grey images are taken in. */
export const fashionClassifier: Protocol = {
  name: 'fashion-classifier',
  about: 'trains the feature net that this package carries, and writes it as safetensors',
  run: classifier,
};

const EPOCHS = 30;

async function classifier(context: ReproContext): Promise<Reproduction> {
  const { folder, bar, limit = EPOCHS } = context;
  const { train, test } = await labelledData('fashion-mnist', context);
  const net = imageClassifier();
  const epochs = Math.min(EPOCHS, limit);
  const trained = await trainClassifier({ net, train, epochs, mirror: true, name: 'run' }, context);
  const { steps, stopped } = trained;
  try {
    if (stopped) return { findings: [], protocol: '', steps, stopped };
    const store = directory(join(folder, 'net'));
    await save(store, trained.params, { dtype: 'F16', metadata: { net: 'imageClassifier()', data: 'Fashion-MNIST' } });
    const bytes = (await store.read('model.safetensors'))!;
    const hash = createHash('sha256').update(bytes).digest('hex');
    bar.note(`${join(folder, 'net', 'model.safetensors')}: ${bytes.length} bytes, sha256 ${hash}`);
    // What is measured is the file, whose numbers have half the bits.
    const params = await loadedLike(
      () => net.init(key(0)),
      (like) => load(store, like),
    );
    const ours = await accuracy(net, params, test).finally(() => disposeTree(params));
    return {
      findings: [
        {
          what: 'classifier of Fashion-MNIST',
          metric: `accuracy on ${test.length} test images`,
          unit: '%',
          lowerIsBetter: false,
          published: '92.5',
          source: 'github.com/zalandoresearch/fashion-mnist, README, benchmark: "2 Conv <100K parameters"',
          ours,
        },
      ],
      protocol:
        `Three 3 × 3 convolutions (16, 32, 32 channels), 64 features, 10 classes; ${epochs} epochs of ${train.length} images, batch 128, mirrored at random, ` +
        'AdamW from 2e-3 along a cosine, parameters averaged and written with 16 bits. The published net is another one.',
      steps,
      stopped: false,
    };
  } finally {
    disposeTree(trained.params);
  }
}
