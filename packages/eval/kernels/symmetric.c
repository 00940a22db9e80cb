// The kernel of src/features/symmetric-kernel.ts, which holds it in base64. After a change, with @yowasp/clang of npm:
//   clang --target=wasm32 -O3 -nostdlib -ffreestanding -msimd128 -c symmetric.c -o symmetric.o
//   wasm-ld --no-entry --import-memory --strip-all -z stack-size=1024 symmetric.o -o symmetric.wasm

typedef double v2 __attribute__((vector_size(16), aligned(8)));

static inline double sum(v2 a) { return a[0] + a[1]; }

static inline double dot(const double *a, const double *b, int n) {
  v2 s = {0}, t = {0};
  int k = 0;
  for (; k + 3 < n; k += 4) {
    s += *(const v2 *)(a + k) * *(const v2 *)(b + k);
    t += *(const v2 *)(a + k + 2) * *(const v2 *)(b + k + 2);
  }
  double rest = 0;
  for (; k < n; k++) rest += a[k] * b[k];
  return sum(s + t) + rest;
}

// x, the first n of v, becomes the v of the reflection 1 − v vᵀ that takes x to a multiple of its last unit vector, which is given back.
static double reflector(double *v, int n) {
  const double last = v[n - 1];
  double largest = 0;
  for (int i = 0; i < n - 1; i++) largest = __builtin_fabs(v[i]) > largest ? __builtin_fabs(v[i]) : largest;
  if (largest == 0) {
    for (int i = 0; i < n; i++) v[i] = 0;
    return last;
  }
  if (__builtin_fabs(last) > largest) largest = __builtin_fabs(last); // in its unit nothing overflows
  double square = 0;
  for (int i = 0; i < n; i++) square += (v[i] / largest) * (v[i] / largest);
  const double norm = largest * __builtin_sqrt(square);
  const double image = last > 0 ? -norm : norm;
  v[n - 1] = last - image;
  const double scale = __builtin_sqrt(__builtin_fabs(v[n - 1])) * __builtin_sqrt(norm); // ‖v‖² = 2 norm |last − image|
  for (int i = 0; i < n; i++) v[i] /= scale;
  return image;
}

// Steps `from` down to `to` of Householder's way to three diagonals, `diagonal` and `beside`, of a matrix (rows, rows) of which what lies on
// and left of the diagonal is read and overwritten. A − v wᵀ − w vᵀ of one step is done in the pass over A in which the next one multiplies.
// `room`, (4, rows), holds v and w of the step before and of this one, and is 0 at first.
__attribute__((export_name("tridiagonal"))) void tridiagonal(double *a, int rows, int from, int to, double *diagonal, double *beside, double *room) {
  for (int n = from; n >= to; n--) {
    const int odd = n & 1;
    double *p = room + (odd ? 0 : 2 * rows), *q = p + rows;
    double *v = room + (odd ? 2 * rows : 0), *w = v + rows;
    const double *row = a + (long)n * rows;
    for (int j = 0; j < n; j++) v[j] = row[j] - p[n] * q[j] - q[n] * p[j];
    diagonal[n] = row[n] - 2 * p[n] * q[n];
    if (n == 0) return;
    beside[n] = reflector(v, n);
    for (int i = 0; i < n; i++) {
      double *x = a + (long)i * rows;
      const v2 pi = {p[i], p[i]}, qi = {q[i], q[i]}, vi = {v[i], v[i]};
      v2 total = {0};
      int j = 0;
      for (; j + 1 < i; j += 2) {
        const v2 value = *(v2 *)(x + j) - pi * *(v2 *)(q + j) - qi * *(v2 *)(p + j);
        *(v2 *)(x + j) = value;
        total += value * *(v2 *)(v + j);
        *(v2 *)(w + j) += value * vi;
      }
      double rest = 0;
      if (j < i) {
        x[j] -= p[i] * q[j] + q[i] * p[j];
        rest = x[j] * v[j];
        w[j] += x[j] * v[i];
      }
      x[i] -= 2 * p[i] * q[i];
      w[i] = sum(total) + rest + x[i] * v[i];
    }
    const double half = dot(v, w, n) / 2;
    for (int i = 0; i < n; i++) w[i] -= half * v[i];
  }
}

// Columns `rank` to `end` of the root R of S = R Rᵀ, (width, width), each with the largest pivot that is left. `rest` is the diagonal of
// S − R Rᵀ, −∞ where the pivot was. Gives how many columns there are: fewer than `end` if no pivot above `least` is left.
__attribute__((export_name("pivots"))) int pivots(const double *s, double *root, double *rest, int width, int rank, int end, double least) {
  for (; rank < end; rank++) {
    int pivot = 0;
    for (int i = 1; i < width; i++) if (rest[i] > rest[pivot]) pivot = i;
    if (!(rest[pivot] > least)) break;
    const double scale = __builtin_sqrt(rest[pivot]);
    const double *row = root + (long)pivot * width;
    for (int i = 0; i < width; i++) {
      if (rest[i] == -__builtin_inf()) continue; // was a pivot: 0 in all further columns
      double *own = root + (long)i * width;
      const double value = i == pivot ? scale : (s[(long)pivot * width + i] - dot(row, own, rank)) / scale;
      own[rank] = value;
      rest[i] = i == pivot ? -__builtin_inf() : rest[i] - value * value;
    }
  }
  return rank;
}
