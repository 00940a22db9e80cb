import { grid, ring } from './mode-cover.js';
import type { Protocol } from './protocol.js';
import { vaeFashion, vaeFashionVamp } from './vae-fashion.js';

/** All that can be run again, in the order in which it is listed. */
export const PROTOCOLS: readonly Protocol[] = [vaeFashion, vaeFashionVamp, ring, grid];
