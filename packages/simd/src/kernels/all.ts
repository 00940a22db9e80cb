import type { SimdKernel } from '../simd-kernel.js';
import { ACTIVATION_KERNELS } from './activation.js';
import { ATTENTION_KERNELS } from './attention.js';
import { BFLOAT16_KERNELS } from './bfloat16.js';
import { BINARY_KERNELS } from './binary.js';
import { CACHED_ATTENTION_KERNELS } from './cached-attention.js';
import { CONCAT_ELU_KERNELS } from './concat-elu.js';
import { CONV_KERNELS } from './conv.js';
import { GATE_KERNELS } from './gate.js';
import { GATED_ACTIVATION_KERNELS } from './gated-activation.js';
import { GATHER_KERNELS } from './gather.js';
import { LOSS_KERNELS } from './loss.js';
import { MAT_MUL_KERNELS } from './mat-mul.js';
import { MOVE_KERNELS } from './move.js';
import { NOISE_KERNELS } from './noise.js';
import { NORM_KERNELS } from './norm.js';
import { ON_HOST_KERNELS } from './on-host.js';
import { OPTIMIZER_KERNELS } from './optimizer.js';
import { POOLING_KERNELS } from './pooling.js';
import { QUANTISED_KERNELS } from './quantised.js';
import { RECURRENT_KERNELS } from './recurrent.js';
import { REDUCE_KERNELS } from './reduce.js';
import { RESIZE_KERNELS } from './resize.js';
import { ROTARY_KERNELS } from './rotary.js';
import { SCAN_KERNELS } from './scan.js';
import { SCATTER_KERNELS } from './scatter.js';
import { SOFTMAX_KERNELS } from './softmax.js';
import { SPLINE_KERNELS } from './spline.js';
import { UNARY_KERNELS } from './unary.js';

/** Every kernel of ours. */
export const SIMD_KERNELS: readonly SimdKernel[] = [
  ...ACTIVATION_KERNELS,
  ...ATTENTION_KERNELS,
  ...BFLOAT16_KERNELS,
  ...BINARY_KERNELS,
  ...CACHED_ATTENTION_KERNELS,
  ...CONCAT_ELU_KERNELS,
  ...CONV_KERNELS,
  ...GATE_KERNELS,
  ...GATED_ACTIVATION_KERNELS,
  ...GATHER_KERNELS,
  ...LOSS_KERNELS,
  ...MAT_MUL_KERNELS,
  ...MOVE_KERNELS,
  ...NOISE_KERNELS,
  ...NORM_KERNELS,
  ...ON_HOST_KERNELS,
  ...OPTIMIZER_KERNELS,
  ...POOLING_KERNELS,
  ...QUANTISED_KERNELS,
  ...RECURRENT_KERNELS,
  ...REDUCE_KERNELS,
  ...RESIZE_KERNELS,
  ...ROTARY_KERNELS,
  ...SCAN_KERNELS,
  ...SCATTER_KERNELS,
  ...SOFTMAX_KERNELS,
  ...SPLINE_KERNELS,
  ...UNARY_KERNELS,
];
