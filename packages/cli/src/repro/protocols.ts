import { chorales, choralesNade } from './chorales.js';
import { densities } from './densities.js';
import { madeMnist, madeMnistLarge, pixelCnnMnist, pixelCnnPlusPlusMnist } from './exact-mnist.js';
import { fashionClassifier } from './fashion-classifier.js';
import { fashionGan } from './fashion-gan.js';
import { fashionScore } from './fashion-score.js';
import {
  flowMnistMultiscale,
  flowMnistSimple,
  flowMnistSplines,
  flowMnistSplinesMultiscale,
  flowMnistSplinesVardeq,
  flowMnistVardeq,
} from './flow-mnist.js';
import { flowRing } from './flow-modes.js';
import { iwaeMnist, vaeMnist } from './iwae-mnist.js';
import { grid, ring } from './mode-cover.js';
import { names } from './names.js';
import { pointClouds, pointClouds5 } from './point-clouds.js';
import type { Protocol } from './protocol.js';
import { shakespeare } from './shakespeare.js';
import { shakespeareChar, shakespeareCharRotary } from './shakespeare-char.js';
import { stackedMnist } from './stacked-mnist.js';
import { vaeFashion, vaeFashionVamp } from './vae-fashion.js';

/** All that can be run again, in the order in which it is listed. */
export const PROTOCOLS: readonly Protocol[] = [
  vaeFashion,
  vaeFashionVamp,
  vaeMnist,
  iwaeMnist,
  ring,
  grid,
  stackedMnist,
  densities,
  flowRing,
  flowMnistSimple,
  flowMnistVardeq,
  flowMnistMultiscale,
  flowMnistSplines,
  flowMnistSplinesVardeq,
  flowMnistSplinesMultiscale,
  pointClouds,
  pointClouds5,
  names,
  shakespeare,
  shakespeareChar,
  shakespeareCharRotary,
  chorales,
  choralesNade,
  madeMnist,
  madeMnistLarge,
  pixelCnnMnist,
  pixelCnnPlusPlusMnist,
  fashionClassifier,
  fashionGan,
  fashionScore,
];
