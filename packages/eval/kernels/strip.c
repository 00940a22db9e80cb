// The kernel of src/features/strips.ts, which holds it in base64, twice. After a change, with @yowasp/clang of npm:
//   clang --target=wasm32 -O3 -nostdlib -ffreestanding -msimd128 -c strip.c -o strip.o
//   wasm-ld --no-entry --import-memory --strip-all -z stack-size=1024 strip.o -o strip.wasm
// and again with -mrelaxed-simd: a multiplication with an addition is one instruction then, where the processor has it.

typedef double v2 __attribute__((vector_size(16)));

#ifdef __wasm_relaxed_simd__
#define ADD(sum, a, b) sum = __builtin_wasm_relaxed_madd_f64x2(a, b, sum)
#else
#define ADD(sum, a, b) sum += a * b
#endif

// out (4, 4 panels) = AᵀB of one panel of A, (depth, 4), and some of B, (panels, depth, 4).
__attribute__((export_name("strip"))) void strip(const double *a, const double *b, int depth, int panels, double *out) {
  for (int p = 0; p < panels; p++, b += 4 * depth, out += 4) {
    v2 s00 = {0}, s01 = {0}, s10 = {0}, s11 = {0}, s20 = {0}, s21 = {0}, s30 = {0}, s31 = {0};
    for (int k = 0; k < depth; k++) {
      const v2 x = *(const v2 *)(b + 4 * k), y = *(const v2 *)(b + 4 * k + 2);
      const double *c = a + 4 * k;
      v2 z = {c[0], c[0]};
      ADD(s00, z, x);
      ADD(s01, z, y);
      z = (v2){c[1], c[1]};
      ADD(s10, z, x);
      ADD(s11, z, y);
      z = (v2){c[2], c[2]};
      ADD(s20, z, x);
      ADD(s21, z, y);
      z = (v2){c[3], c[3]};
      ADD(s30, z, x);
      ADD(s31, z, y);
    }
    const int row = 4 * panels;
    *(v2 *)out = s00, *(v2 *)(out + 2) = s01;
    *(v2 *)(out + row) = s10, *(v2 *)(out + row + 2) = s11;
    *(v2 *)(out + 2 * row) = s20, *(v2 *)(out + 2 * row + 2) = s21;
    *(v2 *)(out + 3 * row) = s30, *(v2 *)(out + 3 * row + 2) = s31;
  }
}
