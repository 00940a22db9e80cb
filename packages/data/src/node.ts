export { digits } from './node/digits.js';
export { fashionMnist } from './node/fashion-mnist.js';
export { idxFolder } from './node/idx-folder.js';
export { idxImages } from './node/idx-images.js';
export type { IdxSetOptions } from './node/idx-set.js';
export { type ImageFolder, imageFolder } from './node/image-folder.js';
export type { ImageSplits, LabelledImages } from './node/labelled-images.js';
export { mnist } from './node/mnist.js';
export { textFile } from './node/text-file.js';
