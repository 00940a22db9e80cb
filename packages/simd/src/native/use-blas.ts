import type { NativeLibrary } from './open-library.js';

/** A BLAS of the system that computes large plain products, or why there is none. */
export type UsedBlas = { readonly blas?: string; readonly note?: string };

/**
 * Lets the BLAS that `GENAI_BLAS` asks for compute large products: `openblas`, `mkl`, `accelerate`, `on` for the first of
 * these, or a path. None unless it is asked for: our own kernels are faster on every shape that was measured.
 */
export function useBlas(library: Pick<NativeLibrary, 'useBlas'>, threads: number): UsedBlas {
  const wanted = process.env.GENAI_BLAS?.trim() ?? '';
  if (wanted === '' || /^(off|0|no|false)$/i.test(wanted)) return {};
  const known = FILES.get(wanted.toLowerCase());
  const files = known ?? (/^(on|1|yes|true)$/i.test(wanted) ? [...FILES.values()].flat() : [wanted]);
  for (const file of files) {
    const about = library.useBlas(file, threads);
    if (about) return { blas: about.trim() };
  }
  return { note: `GENAI_BLAS: no BLAS is used, for none of these has cblas_sgemm: ${files.join(', ')}.` };
}

const FILES: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'openblas',
    [
      'libopenblas.so.0',
      'libopenblas.so',
      'libopenblas.dylib',
      '/opt/homebrew/opt/openblas/lib/libopenblas.dylib',
      '/usr/local/opt/openblas/lib/libopenblas.dylib',
    ],
  ],
  ['mkl', ['libmkl_rt.so.2', 'libmkl_rt.so', 'libmkl_rt.dylib']],
  ['accelerate', ['/System/Library/Frameworks/Accelerate.framework/Accelerate']],
]);
