import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import type { Plugin } from 'esbuild';

/**
 * Makes `@tensorflow/tfjs-core/dist/register_all_gradients` loadable everywhere.
 *
 * That module is written for bundlers (extensionless imports, no `exports`), so Node cannot import it. We inline the
 * gradient files and send what they import of tfjs-core's public interface to the one copy that the application has.
 */
export function tfjsGradients(): Plugin {
  return {
    name: 'tfjs-gradients',
    async setup(builder) {
      const core = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-core/package.json'));
      const dist = join(core, 'dist');
      const publicNames = new Set(Object.keys(await import('@tensorflow/tfjs-core')));
      builder.onResolve({ filter: /^@tensorflow\/tfjs-core\/dist\/register_all_gradients(\.js)?$/ }, () => ({
        path: join(dist, 'register_all_gradients.js'),
        sideEffects: true,
      }));
      builder.onResolve({ filter: /^\.\.?\// }, async ({ path, importer }) => {
        if (!importer.startsWith(dist)) return undefined;
        const file = `${resolve(dirname(importer), path)}.js`;
        if (file === join(dist, 'engine.js')) return { path: 'engine', namespace: 'tfjs-shim' };
        const names = await exportedNames(file);
        const isPublic = file === join(dist, 'base.js') || (names.length > 0 && names.every((n) => publicNames.has(n)));
        return isPublic ? { path: '@tensorflow/tfjs-core', external: true } : { path: file };
      });
      builder.onResolve({ filter: /^@tensorflow\/tfjs-core$/ }, ({ path }) => ({ path, external: true }));
      builder.onLoad({ filter: /.*/, namespace: 'tfjs-shim' }, () => ({
        contents: "import { engine } from '@tensorflow/tfjs-core'; export const ENGINE = /* @__PURE__ */ engine();",
        resolveDir: core,
      }));
    },
  };
}

async function exportedNames(file: string): Promise<string[]> {
  const { readFile } = await import('node:fs/promises');
  const text = await readFile(file, 'utf8').catch(() => '');
  const declared = [...text.matchAll(/^export (?:async )?(?:function|const|class|let|var) ([\w$]+)/gm)].map(
    (m) => m[1]!,
  );
  const listed = [...text.matchAll(/^export \{([^}]*)\}/gm)].flatMap((m) =>
    m[1]!
      .split(',')
      .map(
        (part) =>
          part
            .trim()
            .split(/\s+as\s+/)
            .at(-1)!,
      )
      .filter(Boolean),
  );
  return text.includes('export *') ? [] : [...declared, ...listed];
}
