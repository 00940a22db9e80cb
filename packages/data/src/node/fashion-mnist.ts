import { type IdxSet, type IdxSetOptions, idxSet } from './idx-set.js';
import type { ImageSplits } from './labelled-images.js';

/**
 * Fashion-MNIST: 60,000 + 10,000 pictures of clothes of 28×28, from `folder`, Debian's package
 * `dataset-fashion-mnist`, the cache, or (with `download: true`) its authors' address.
 *
 * Nothing is fetched unless asked for; every file is checked against its published content, which is all that is trusted.
 *
 * @example
 * const { train, test, classes } = await fashionMnist({ download: true });
 * @throws GenaiError if a file is not found, cannot be fetched, or is not the published one.
 * @source Xiao, Rasul, Vollgraf 2017, "Fashion-MNIST: a novel image dataset for benchmarking machine learning algorithms".
 */
export function fashionMnist(options: IdxSetOptions = {}): Promise<ImageSplits> {
  return idxSet(FASHION_MNIST, options);
}

const FASHION_MNIST: IdxSet = {
  name: 'fashion-mnist',
  folders: ['/usr/share/datasets/fashion-mnist'],
  // The authors' bucket has no certificate; the hashes stand in for one. Their repository holds the same files.
  urls: [
    'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/',
    'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/',
  ],
  files: [
    {
      name: 'train-images-idx3-ubyte',
      size: 47_040_016,
      sha256: 'c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888',
    },
    {
      name: 'train-labels-idx1-ubyte',
      size: 60_008,
      sha256: 'bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9',
    },
    {
      name: 't10k-images-idx3-ubyte',
      size: 7_840_016,
      sha256: '5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b',
    },
    {
      name: 't10k-labels-idx1-ubyte',
      size: 10_008,
      sha256: '0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34',
    },
  ],
  classes: ['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot'],
  remedy:
    "Install Debian's package dataset-fashion-mnist, pass the folder that holds the four files, or download: true.",
};
