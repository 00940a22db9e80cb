import { version_core } from '@tensorflow/tfjs-core';
import { version } from '../version.js';

/** What a checkpoint was made with. */
export function versions(): { readonly [name: string]: string } {
  return { '@genai/cli': version(), '@tensorflow/tfjs-core': version_core, node: process.versions.node };
}
