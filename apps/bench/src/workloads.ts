import type { Drawing } from './drawing.js';
import type { Timed, Workload } from './workload.js';
import { charLstm } from './workloads/char-lstm.js';
import { dcgan } from './workloads/dcgan.js';
import { ddpmUnet } from './workloads/ddpm-unet.js';
import { decodeCharLstm } from './workloads/decode-char-lstm.js';
import { decodeGptMini } from './workloads/decode-gpt-mini.js';
import { decodeGpt2, decodeGpt2Q4, decodeGpt2Q8, decodeGpt2Q16 } from './workloads/decode-gpt2.js';
import { glowSmall } from './workloads/glow-small.js';
import { gptMini } from './workloads/gpt-mini.js';
import { gptNano } from './workloads/gpt-nano.js';
import { nsf2d } from './workloads/nsf-2d.js';
import { pixelcnn } from './workloads/pixelcnn.js';
import { pixelcnnDraw } from './workloads/pixelcnn-draw.js';
import { realnvp2d } from './workloads/realnvp-2d.js';
import { vaeConv } from './workloads/vae-conv.js';
import { vaeMlp } from './workloads/vae-mlp.js';
import { wgangp } from './workloads/wgangp.js';

/** All training steps, in the order in which they are shown. */
export const WORKLOADS: readonly Workload[] = [
  vaeMlp,
  vaeConv,
  dcgan,
  wgangp,
  gptNano,
  gptMini,
  charLstm,
  pixelcnn,
  realnvp2d,
  nsf2d,
  glowSmall,
  ddpmUnet,
];

/** All that is drawn. */
export const DRAWINGS: readonly Drawing[] = [decodeCharLstm, pixelcnnDraw, decodeGptMini];

/** Those that take half a gigabyte: timed when they are named. */
export const LARGE_DRAWINGS: readonly Drawing[] = [decodeGpt2, decodeGpt2Q16, decodeGpt2Q8, decodeGpt2Q4];

/** All there are. */
export const TIMED: readonly Timed[] = [...WORKLOADS, ...DRAWINGS, ...LARGE_DRAWINGS];
