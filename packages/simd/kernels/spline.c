// Monotone rational-quadratic splines, each element by one of its own, there and back, and their gradients. VL elements are
// side by side, a lane each: their raw numbers are turned to [parameter][lane].
// Durkan et al. 2019, "Neural spline flows", eq. 4 to 8.
#include "math.h"
#include "partial.h"
#include "turn.h"

enum { MOST_BINS = 64 };

/** Elements; raw numbers of a row are those of widths (bins), heights (bins) and inner slopes (bins − 1). */
typedef struct {
  f32 *to, *to_raw;         // (2, rows): the elements moved, and the logarithms of slopes; or the gradients at `at` and `raw`
  const f32 *at, *raw, *dy; // dy: (2, rows), of both
  size_t rows, bins;
  f32 bound, limit; // of logarithms of slopes
  bool inverse;
  int chunks;
} splining;

/** Exponentials: the sum of those before a bin, its own, and what makes sizes of them. */
typedef struct { vf before, own, scale; } size;

/** The bin that an element is in. */
typedef struct {
  vf x0, y0, x1, y1;     // its corners
  vf raw0, raw1, d0, d1; // the slopes there, raw and made of that
  vi index;
  size wide, tall;
} bin;

/** Where an element is in its bin. */
typedef struct {
  vf width, height, s, t, u, tu; // s: height / width, t: ξ of the paper, u: 1 − ξ
  vf over, under, slope;         // eq. 4 is over / under, eq. 5 (s / under)² slope
} place;

/** The factor of x that leaves it within ±limit. Its square is the derivative of the product. */
INLINE vf soft_clip(vf x, f32 limit) { return 1.f / fma_(vabs(x), splat(1.f / limit), splat(1.f)); }
INLINE vf slope_of(vf raw, f32 limit) { return vexp(raw * soft_clip(raw, limit)); }

/** Of sizes: leaves factors of clipping in `raw`, and exponentials in `e`. @returns their sum */
INLINE vf exponentials(f32 *e, f32 *raw, size_t bins, f32 limit) {
  vf sum = {0};
  for (size_t j = 0; j < bins; j++) {
    vf x = load(raw + j * VL), factor = soft_clip(x, limit), y = vexp(x * factor);
    store(raw + j * VL, factor);
    store(e + j * VL, y);
    sum += y;
  }
  return sum;
}

/** A knot belongs to the bin below it. */
INLINE bin find(const splining *s, f32 *e, f32 *raw, vf at, bool inverse) {
  const size_t bins = s->bins;
  const vf low = splat(-s->bound), high = splat(s->bound), none = splat(0.f);
  const f32 *tall = e + bins * VL, *bends = raw + 2 * bins * VL;
  const vf wide_scale = 2.f * s->bound / exponentials(e, raw, bins, s->limit / 2);
  const vf tall_scale = 2.f * s->bound / exponentials(e + bins * VL, raw + bins * VL, bins, s->limit / 2);
  bin b = {.x0 = low, .y0 = low, .x1 = low, .y1 = low};
  vf left = none, below = none; // sums so far
  vi begun = splat_int(-1);     // of the bin before a knot
  for (size_t j = 0; j < bins; j++) {
    const bool last = j + 1 == bins;
    const vf own = load(e + j * VL), own_tall = load(tall + j * VL);
    left += own, below += own_tall;
    // The ends are exact: sums are not.
    const vf x = last ? high : fma_(left, wide_scale, low), y = last ? high : fma_(below, tall_scale, low);
    const vf bend = last ? none : load(bends + j * VL);
    b.x1 = choose(begun, x, b.x1), b.y1 = choose(begun, y, b.y1), b.raw1 = choose(begun, bend, b.raw1);
    b.wide.own = choose(begun, own, b.wide.own), b.tall.own = choose(begun, own_tall, b.tall.own);
    if (last) break;
    begun = at > (inverse ? y : x);
    b.x0 = choose(begun, x, b.x0), b.y0 = choose(begun, y, b.y0), b.raw0 = choose(begun, bend, b.raw0);
    b.wide.before = choose(begun, left, b.wide.before), b.tall.before = choose(begun, below, b.tall.before);
    b.index -= begun;
  }
  b.wide.scale = wide_scale, b.tall.scale = tall_scale;
  b.d0 = slope_of(b.raw0, s->limit), b.d1 = slope_of(b.raw1, s->limit);
  return b;
}

/** Sums of positive terms, all of them. */
INLINE void set_place(place *p, const bin *b, vf t, vf u) {
  const vf tt = t * t, uu = u * u, tu = t * u;
  p->t = t, p->u = u, p->tu = tu;
  p->over = fma_(p->s, tt, b->d0 * tu);
  p->under = fma_(p->s, tt + uu, (b->d0 + b->d1) * tu);
  p->slope = fma_(b->d1, tt, fma_(2.f * p->s, tu, b->d0 * uu));
}
INLINE place at_x(const bin *b, vf x) {
  place p = {.width = b->x1 - b->x0, .height = b->y1 - b->y0};
  p.s = p.height / p.width;
  set_place(&p, b, (x - b->x0) / p.width, (b->x1 - x) / p.width);
  return p;
}
/** Either ξ or 1 − ξ, by the sign of k, is a quotient of sums of positive terms: nothing cancels, wherever the root lies. */
INLINE place at_y(const bin *b, vf y, vf *x) {
  place p = {.width = b->x1 - b->x0, .height = b->y1 - b->y0};
  p.s = p.height / p.width;
  const vf v = (y - b->y0) / p.height, rest = (b->y1 - y) / p.height, twice = 2.f * p.s;
  const vf k = b->d0 * rest - b->d1 * v, root = vsqrt(fma_(k, k, twice * twice * (v * rest)));
  const vi early = k >= 0.f;
  const vf q = root + vabs(k), a = twice * choose(early, v, rest), near = a / (a + q), far = q / (a + q);
  set_place(&p, b, choose(early, near, far), choose(early, far, near));
  *x = choose(early, b->x0, b->x1) + choose(early, near, -near) * p.width;
  return p;
}

INLINE void move_rows(const splining *s, int chunk, int thread, bool inverse) {
  const size_t end = chunk_start(s->rows, chunk + 1, s->chunks, 16), parameters = 3 * s->bins - 1;
  f32 *raw = (f32 *)scratch(thread), *e = raw + 3 * MOST_BINS * VL;
  EACH_VECTOR(row, lanes, chunk_start(s->rows, chunk, s->chunks, 16), end) {
    turn((word *)raw, VL, (const word *)(s->raw + row * parameters), (ptrdiff_t)parameters, parameters, lanes);
    const vf at = load_part(s->at + row, lanes);
    const vi outside = (at <= -s->bound) | (at >= s->bound);
    const bin b = find(s, e, raw, at, inverse);
    vf moved;
    const place p = inverse ? at_y(&b, at, &moved) : at_x(&b, at);
    if (!inverse) moved = fma_(p.height, p.over / p.under, b.y0);
    const vf log_slope = vlog(p.slope) + 2.f * vlog(p.s / p.under);
    store_part(s->to + row, choose(outside, at, moved), lanes);
    store_part(s->to + s->rows + row, choose(outside, splat(0.f), inverse ? -log_slope : log_slope), lanes);
  }
}

// ---- Gradients -------------------------------------------------------------------------------------------------------
typedef struct { vf x, x0, y0, x1, y1, d0, d1; } gradients;

/** Of y and of the logarithm of ∂y/∂x, back to x, the bin's corners and their slopes. */
INLINE gradients pull_back(const bin *b, const place *p, vf dy, vf dlog) {
  const vf t = p->t, u = p->u, s = p->s, tt = t * t, uu = u * u, share = p->over / p->under, both = b->d0 + b->d1;
  const vf over = dy * p->height / p->under, under = -fma_(over, share, 2.f * dlog / p->under);
  const vf slope = dlog / p->slope;
  const vf ds = fma_(under, tt + uu, over * tt) + 2.f * fma_(slope, p->tu, dlog / s);
  vf dt = under * fma_(2.f * s, t, both * u) + over * fma_(2.f * s, t, b->d0 * u) + 2.f * slope * fma_(b->d1, t, s * u);
  vf du = under * fma_(2.f * s, u, both * t) + over * (b->d0 * t) + 2.f * slope * fma_(s, t, b->d0 * u);
  dt /= p->width, du /= p->width;
  const vf dheight = fma_(dy, share, ds / p->width), dwidth = -(dt * t + du * u + ds * s / p->width);
  return (gradients){
      .x = dt - du, .x0 = -dt - dwidth, .y0 = dy - dheight, .x1 = du + dwidth, .y1 = dheight,
      .d0 = fma_(under + over, p->tu, slope * uu), .d1 = fma_(under, p->tu, slope * tt),
  };
}

/** Of factors of clipping makes the gradients at raw sizes; `begin` and `end` are those at where the bin does. */
INLINE void pull_sizes(const splining *s, f32 *raw, const f32 *e, const size *size, vi index, vf begin, vf end) {
  const i32 bins = (i32)s->bins;
  const vf none = splat(0.f), own = choose(index == bins - 1, none, end), before = begin + own; // the ends stand still
  const vf mean = fma_(before, size->before, own * size->own) * size->scale / (2.f * s->bound);
  for (i32 j = 0; j < bins; j++) {
    const vf factor = load(raw + j * VL), share = load(e + j * VL) * size->scale;
    const vf pulled = choose(index > j, before, choose(index == j, own, none));
    store(raw + j * VL, share * (pulled - mean) * (factor * factor));
  }
}
INLINE vf pull_slope(vf raw, vf slope, vf gradient, f32 limit) {
  const vf factor = soft_clip(raw, limit);
  return gradient * slope * (factor * factor);
}

INLINE void pull_rows(const splining *s, int chunk, int thread, bool inverse) {
  const size_t end = chunk_start(s->rows, chunk + 1, s->chunks, 16), bins = s->bins, parameters = 3 * bins - 1;
  f32 *raw = (f32 *)scratch(thread), *e = raw + 3 * MOST_BINS * VL, *bends = raw + 2 * bins * VL;
  EACH_VECTOR(row, lanes, chunk_start(s->rows, chunk, s->chunks, 16), end) {
    turn((word *)raw, VL, (const word *)(s->raw + row * parameters), (ptrdiff_t)parameters, parameters, lanes);
    const vf at = load_part(s->at + row, lanes), low = splat(-s->bound), high = splat(s->bound), none = splat(0.f);
    const vi outside = (at <= low) | (at >= high);
    const vf inner = vmax(low, vmin(high, at)); // finite quotients, of gradients of zero
    const vf dmoved = load_part(s->dy + row, lanes), dlog = choose(outside, none, load_part(s->dy + s->rows + row, lanes));
    const bin b = find(s, e, raw, inner, inverse);
    vf unused;
    const place p = inverse ? at_y(&b, inner, &unused) : at_x(&b, inner);
    vf dy = choose(outside, none, dmoved), sign = splat(1.f);
    if (inverse) {
      // Of x = f⁻¹(y) and −log f′(x): what reaches x goes on to y over f′(x), and to raw numbers as minus that times ∂f.
      const vf bend = pull_back(&b, &p, none, splat(1.f)).x, ratio = p.s / p.under; // bend: of log f′
      dy = -fma_(-dlog, bend, dy) / (ratio * ratio * p.slope), sign = -sign;
    }
    const gradients g = pull_back(&b, &p, dy, sign * dlog);
    pull_sizes(s, raw, e, &b.wide, b.index, g.x0, g.x1);
    pull_sizes(s, raw + bins * VL, e + bins * VL, &b.tall, b.index, g.y0, g.y1);
    const vf d0 = pull_slope(b.raw0, b.d0, g.d0, s->limit), d1 = pull_slope(b.raw1, b.d1, g.d1, s->limit);
    for (i32 j = 0; j + 1 < (i32)bins; j++)
      store(bends + j * VL, choose(b.index == j, d1, choose(b.index == j + 1, d0, none)));
    turn((word *)(s->to_raw + row * parameters), (ptrdiff_t)parameters, (const word *)raw, VL, lanes, parameters);
    store_part(s->to + row, choose(outside, dmoved, inverse ? -dy : g.x), lanes);
  }
}

static void spline_part(void *context, int chunk, int thread) {
  const splining *s = context;
  if (s->dy) {
    if (s->inverse) pull_rows(s, chunk, thread, true);
    else pull_rows(s, chunk, thread, false);
  } else if (s->inverse) move_rows(s, chunk, thread, true);
  else move_rows(s, chunk, thread, false);
}
static void run_spline(splining s) {
  s.chunks = chunks_of(s.rows * 3 * s.bins, 8192);
  parallel_for(spline_part, &s, s.chunks);
}
void op_spline(const i32 *a) {
  run_spline((splining){.to = FLOATS(0), .at = FLOATS(1), .raw = FLOATS(2), .rows = (u32)INT(3), .bins = (u32)INT(4),
                        .inverse = INT(5), .bound = FLOAT(6), .limit = FLOAT(7)});
}
void op_spline_grad(const i32 *a) {
  run_spline((splining){.to = FLOATS(0), .to_raw = FLOATS(1), .dy = FLOATS(2), .at = FLOATS(3), .raw = FLOATS(4),
                        .rows = (u32)INT(5), .bins = (u32)INT(6), .inverse = INT(7), .bound = FLOAT(8), .limit = FLOAT(9)});
}
