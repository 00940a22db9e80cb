import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import type { Plugin } from 'esbuild';

/**
 * Makes `@tensorflow/tfjs-core/dist/register_all_gradients` loadable everywhere.
 *
 * That module is written for bundlers (extensionless imports, no `exports`), so Node cannot import it. We inline the
 * gradient files and send everything else they import to the one copy of tfjs-core that the application has: public
 * names directly, names of private modules through the namespace that publishes them. A name that tfjs-core publishes
 * nowhere makes the build fail ("No matching export"), so nothing is inlined by accident.
 */
export function tfjsGradients(): Plugin {
  return {
    name: 'tfjs-gradients',
    async setup(builder) {
      const core = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-core/package.json'));
      const dist = join(core, 'dist');
      const published = (await import('@tensorflow/tfjs-core')) as unknown as Record<string, object>;
      const publicNames = new Set(Object.keys(published));
      builder.onResolve({ filter: /^@tensorflow\/tfjs-core\/dist\/register_all_gradients(\.js)?$/ }, () => ({
        path: join(dist, 'register_all_gradients.js'),
        sideEffects: true,
      }));
      builder.onLoad({ filter: /register_all_gradients\.js$/ }, async ({ path }) => ({
        // Our packages have no side effects, so bundlers drop a module of which nothing is used: let the list be used.
        contents: `${await readFile(path, 'utf8')}\nexport { gradConfigs };`,
        resolveDir: dist,
      }));
      builder.onResolve({ filter: /^\.\.?\// }, async ({ path, importer }) => {
        if (!importer.startsWith(dist)) return undefined;
        const file = `${resolve(dirname(importer), path)}.js`;
        const module = relative(dist, file).replaceAll('\\', '/');
        if (module in SHIMS || module in NAMESPACES)
          return { path: module, namespace: 'tfjs-shim', sideEffects: false };
        const names = exportedNames(await readFile(file, 'utf8').catch(() => ''));
        const isPublic = module === 'base.js' || (names.length > 0 && names.every((name) => publicNames.has(name)));
        return isPublic ? { path: '@tensorflow/tfjs-core', external: true } : { path: file };
      });
      builder.onResolve({ filter: /^@tensorflow\/tfjs-core$/ }, ({ path }) => ({ path, external: true }));
      builder.onLoad({ filter: /.*/, namespace: 'tfjs-shim' }, ({ path }) => {
        const shim = SHIMS[path];
        if (shim) return { contents: shim, resolveDir: core };
        const namespace = NAMESPACES[path]!;
        // Each name stands alone, so that what no gradient uses is dropped.
        const names = Object.keys(published[namespace] ?? {}).filter((name) => /^[A-Za-z_$][\w$]*$/.test(name));
        const lines = names.map((name) => `export const ${name} = /* @__PURE__ */ (() => ${namespace}.${name})();`);
        return {
          contents: [`import { ${namespace} } from '@tensorflow/tfjs-core';`, ...lines].join('\n'),
          resolveDir: core,
        };
      });
    },
  };
}

/** Private modules of tfjs-core and the public namespace that holds what they export. */
const NAMESPACES: Readonly<Record<string, string>> = {
  'util.js': 'util',
  'util_base.js': 'util',
  'tensor_util.js': 'tensor_util',
  'ops/axis_util.js': 'backend_util',
  'ops/broadcast_util.js': 'broadcast_util',
  'ops/concat_util.js': 'backend_util',
  'ops/conv_util.js': 'backend_util',
  'ops/erf_util.js': 'backend_util',
  'ops/fused_util.js': 'backend_util',
  'ops/selu_util.js': 'backend_util',
  'ops/slice_util.js': 'slice_util',
};

/** Private modules that no namespace publishes, said with public names. */
const SHIMS: Readonly<Record<string, string>> = {
  'engine.js': `import { engine } from '@tensorflow/tfjs-core';
export const ENGINE = /* @__PURE__ */ engine();`,
  // The gradient ops that use it (conv2DBackpropFilter, maxPoolGrad, …) are only ever given tensors and plain numbers.
  'tensor_util_env.js': `import { Tensor, tensor } from '@tensorflow/tfjs-core';
export const convertToTensor = (x) => (x instanceof Tensor ? x : tensor(x));`,
};

/** What a compiled module exports, or nothing when it passes on another module's names wholesale. */
function exportedNames(text: string): string[] {
  if (text.includes('export *')) return [];
  const declared = [...text.matchAll(/^export (?:async )?(?:function|const|class|let|var) ([\w$]+)/gm)].map(
    (match) => match[1]!,
  );
  const listed = [...text.matchAll(/^export \{([^}]*)\}/gm)]
    .flatMap((match) => match[1]!.split(','))
    .map((part) => part.trim().split(/\s+as\s+/))
    .map((names) => names.at(-1)!)
    .filter(Boolean);
  return [...declared, ...listed];
}
