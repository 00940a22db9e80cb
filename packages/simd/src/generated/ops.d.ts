/** The names of the ops in the order of their codes, as kernels/ops.h lists them. */
export declare const OPS: readonly string[];
