/**
 * Lays out a package: `pnpm new-package NAME --layer parts|middle|family|engine --about "One sentence."`.
 * It makes the six things that every package has (see check-layout.mjs) and a first export with its test.
 */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';

const LAYERS = ['core', 'tensor', 'engine', 'parts', 'middle', 'family', 'app', 'testing'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { layer: { type: 'string' }, about: { type: 'string' } },
});
const [name] = positionals;
if (!name || !/^[a-z][a-z-]*$/.test(name) || !LAYERS.includes(values.layer ?? '') || !values.about) {
  console.error(`usage: pnpm new-package NAME --layer ${LAYERS.join('|')} --about "One sentence."`);
  process.exit(2);
}
const folder = join(import.meta.dirname, '..', 'packages', name);
if (existsSync(join(folder, 'package.json'))) {
  console.error(`new-package: packages/${name} exists already.`);
  process.exit(2);
}

const usesTensors = values.layer !== 'core' && values.layer !== 'app';
const published = {
  '.': { types: './dist/index.d.ts', default: './dist/index.js' },
  './package.json': './package.json',
};
const json = {
  name: `@genai/${name}`,
  version: '0.0.0',
  description: values.about,
  license: 'MIT',
  type: 'module',
  sideEffects: false,
  exports: { ...published, '.': { '@genai/source': './src/index.ts', ...published['.'] } },
  files: ['dist'],
  scripts: { build: 'tsup' },
  dependencies: values.layer === 'core' ? {} : { '@genai/core': 'workspace:^' },
  ...(usesTensors && { peerDependencies: { '@tensorflow/tfjs-core': '^4.22.0' } }),
  devDependencies: {
    ...(usesTensors && { '@genai/testing': 'workspace:*', '@tensorflow/tfjs-core': '4.22.0' }),
    vitest: '4.1.12',
  },
  engines: { node: '>=20.19' },
  publishConfig: { access: 'public', exports: published },
};

const files = {
  'package.json': `${JSON.stringify(json, null, 2)}\n`,
  'README.md': `# @genai/${name}\n\n${values.about}\n`,
  'tsconfig.json': '{ "extends": "../../tsconfig.base.json", "include": ["src", "test", "*.ts"] }\n',
  'tsup.config.ts':
    "// @boundaries-ignore the shared settings of the workspace\nimport { build } from '../../tools/tsup.shared.js';\n\nexport default build();\n",
  'turbo.json': `{ "extends": ["//"], "tags": ["${values.layer}"] }\n`,
  'vitest.config.ts': `// @boundaries-ignore the shared settings of the workspace\nimport { unit } from '../../tools/vitest.shared.js';\n\nexport default unit('${name}'${
    usesTensors ? ", { setupFiles: ['@genai/testing/setup'] }" : ''
  });\n`,
  'src/index.ts': 'export {};\n',
};
for (const [path, text] of Object.entries(files)) {
  if (existsSync(join(folder, path))) continue;
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}
console.log(`packages/${name} is laid out. Next: pnpm install, write src/, list it in README.md and add a changeset.`);
