// Products by a BLAS of the system, in native builds, where the user asks for it.
#pragma once
#include "base.h"

#ifndef __wasm__
/** C = op(A)·op(B), or C += that: as `gemm` with one batch and no bias. @returns false where it is left to our own. */
bool blas_gemm(int m, int n, int k, const f32 *a, int lda, bool a_turned, const f32 *b, int ldb, bool b_turned, f32 *c,
               int ldc, bool accumulate);
#endif
