// What only a native build has: what it is, whether this processor runs it, who uses it, and a quiet end.
#include "base.h"

#ifndef __wasm__
#define EXPORT(name) __attribute__((visibility("default")))
#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

#ifndef SOURCES_HASH
#define SOURCES_HASH "unknown"
#endif
#ifndef BUILD_FLAGS
#define BUILD_FLAGS "unknown"
#endif

/** The hash of the sources it was built from: operands and codes of ops agree only where it does. */
EXPORT(kernels_hash) const char *kernels_hash(void) { return SOURCES_HASH; }
EXPORT(kernels_flags) const char *kernels_flags(void) { return BUILD_FLAGS; }
EXPORT(kernels_compiler) const char *kernels_compiler(void) {
#if defined(__clang__)
  return "clang " __clang_version__;
#else
  return "gcc " __VERSION__;
#endif
}
/** The widest vectors of floats that it computes with. */
EXPORT(kernels_vectors) const char *kernels_vectors(void) {
#if defined(__AVX512F__)
  return "AVX-512";
#elif defined(__AVX2__)
  return "AVX2";
#elif defined(__x86_64__)
  return "SSE2";
#elif defined(__ARM_NEON)
  return "NEON";
#else
  return "128-bit vectors";
#endif
}

/** The first instructions it uses that this processor lacks, "" if none. Itself it uses none of them. */
EXPORT(kernels_lack) const char *kernels_lack(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
#define NEEDS(feature) \
  if (!__builtin_cpu_supports(feature)) return feature
#ifdef __AVX2__
  NEEDS("avx2");
#endif
#ifdef __FMA__
  NEEDS("fma");
#endif
#ifdef __BMI__
  NEEDS("bmi");
#endif
#ifdef __BMI2__
  NEEDS("bmi2");
#endif
#ifdef __AVX512F__
  NEEDS("avx512f");
#endif
#ifdef __AVX512BW__
  NEEDS("avx512bw");
#endif
#ifdef __AVX512DQ__
  NEEDS("avx512dq");
#endif
#ifdef __AVX512VL__
  NEEDS("avx512vl");
#endif
#ifdef __AVX512CD__
  NEEDS("avx512cd");
#endif
#ifdef __AVX512VBMI__
  NEEDS("avx512vbmi");
#endif
#ifdef __AVX512VBMI2__
  NEEDS("avx512vbmi2");
#endif
#ifdef __AVX512VNNI__
  NEEDS("avx512vnni");
#endif
#ifdef __AVX512FP16__
  NEEDS("avx512fp16");
#endif
#elif defined(__aarch64__) && defined(__linux__) && defined(__ARM_FEATURE_SVE)
  if (!(getauxval(AT_HWCAP) & (1UL << 22))) return "sve";
#endif
  return "";
}

/** One memory at a time computes here. @returns whether it was free and is the caller's now, until `disclaim`. */
static i32 taken;
EXPORT(claim) i32 claim(void) { return !__atomic_exchange_n(&taken, 1, __ATOMIC_SEQ_CST); }
EXPORT(disclaim) void disclaim(void) { __atomic_store_n(&taken, 0, __ATOMIC_SEQ_CST); }

/** The memory has grown, and may have moved. */
EXPORT(rebase) void rebase(u8 *base) { memory_base = base; }

/** When the library is closed, or the process ends, its threads end before their code does. */
void finish(void);
__attribute__((destructor)) static void leave(void) { finish(); }
#endif
