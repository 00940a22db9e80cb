#include "blas.h"

#ifndef __wasm__
#include <dlfcn.h>
#define EXPORT(name) __attribute__((visibility("default")))

/** cblas_sgemm, with the integers of 32 bits that every BLAS has unless it is built otherwise. */
typedef void (*sgemm)(int order, int turn_a, int turn_b, int m, int n, int k, f32 alpha, const f32 *a, int lda, const f32 *b,
                      int ldb, f32 beta, f32 *c, int ldc);
enum { ROW_MAJOR = 101, AS_IT_IS = 111, TURNED = 112 };
static const double WORTH_A_CALL = 1 << 20; // products: below, its own hand-off costs more than it saves

static sgemm multiply_by_blas;

/** Takes the BLAS in this file from now on, or none for "". @returns what it calls itself, "" if it is not used. */
EXPORT(use_blas) const char *use_blas(const char *path, i32 threads) {
  multiply_by_blas = NULL;
  if (!*path) return "";
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library) return "";
  multiply_by_blas = (sgemm)dlsym(library, "cblas_sgemm");
  if (!multiply_by_blas) return "";
  void (*set_threads)(int) = (void (*)(int))dlsym(library, "openblas_set_num_threads");
  if (!set_threads) set_threads = (void (*)(int))dlsym(library, "MKL_Set_Num_Threads");
  if (set_threads) set_threads(threads);
  const char *(*about)(void) = (const char *(*)(void))dlsym(library, "openblas_get_config");
  return about ? about() : path;
}

bool blas_gemm(int m, int n, int k, const f32 *a, int lda, bool a_turned, const f32 *b, int ldb, bool b_turned, f32 *c,
               int ldc, bool accumulate) {
  if (!multiply_by_blas || (double)m * n * k < WORTH_A_CALL) return false;
  // A matrix of one row may come with any step between rows; BLAS wants one that a row fits in.
  if (lda < (a_turned ? m : k) || ldb < (b_turned ? k : n) || ldc < n) return false;
  multiply_by_blas(ROW_MAJOR, a_turned ? TURNED : AS_IT_IS, b_turned ? TURNED : AS_IT_IS, m, n, k, 1, a, lda, b, ldb,
                   accumulate ? 1 : 0, c, ldc);
  return true;
}
#endif
