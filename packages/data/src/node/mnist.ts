import { type IdxSet, type IdxSetOptions, idxSet } from './idx-set.js';
import type { ImageSplits } from './labelled-images.js';

/**
 * MNIST: 60,000 + 10,000 handwritten digits of 28×28, from `folder`, the cache, or (with `download: true`) its mirrors.
 *
 * Nothing is fetched unless asked for; every file is checked against its published content, which is all that is trusted.
 *
 * @example
 * const { train, test } = await mnist({ folder: 'data/mnist' });
 * @throws GenaiError if a file is not found, cannot be fetched, or is not the published one.
 * @source LeCun, Cortes, Burges, "The MNIST database of handwritten digits".
 */
export function mnist(options: IdxSetOptions = {}): Promise<ImageSplits> {
  return idxSet(MNIST, options);
}

const MNIST: IdxSet = {
  name: 'mnist',
  folders: [],
  // The authors' page no longer serves the files; these are the mirrors that the large frameworks use.
  urls: ['https://ossci-datasets.s3.amazonaws.com/mnist/', 'https://storage.googleapis.com/cvdf-datasets/mnist/'],
  files: [
    {
      name: 'train-images-idx3-ubyte',
      size: 47_040_016,
      sha256: 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
    },
    {
      name: 'train-labels-idx1-ubyte',
      size: 60_008,
      sha256: '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
    },
    {
      name: 't10k-images-idx3-ubyte',
      size: 7_840_016,
      sha256: '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
    },
    {
      name: 't10k-labels-idx1-ubyte',
      size: 10_008,
      sha256: 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
    },
  ],
  classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  remedy: 'Pass the folder that holds the four files, or download: true.',
};
