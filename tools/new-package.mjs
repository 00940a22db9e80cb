/**
 * Lays out a package: `pnpm new-package NAME --layer parts|middle|family|tensor|engine|app --about "One sentence."`.
 * It makes the six things that every package has (see check-layout.mjs) and a first export with its test and its example,
 * to be replaced; names the package in the README of the repository; and links it to its siblings.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { pnpm, root } from '../scripts/pnpm.mjs';

const LAYERS = ['parts', 'middle', 'family', 'tensor', 'engine', 'app'];

const { values, positionals } = readArguments();
const [name, ...rest] = positionals;
const { layer = '', about = '' } = values;
const wrong =
  (!/^[a-z][a-z\d]*(-[a-z\d]+)*$/.test(name ?? '') && 'NAME must be of small letters, digits and single hyphens.') ||
  (rest.length > 0 && `one NAME is wanted, got also: ${rest.join(', ')}.`) ||
  (!LAYERS.includes(layer) && `--layer must be one of ${LAYERS.join(', ')} (see docs/architecture.md).`) ||
  (!/^\S.*\.$/.test(about) && '--about must be a sentence, with its full stop.');
if (wrong) fail(`${wrong}\nusage: pnpm new-package NAME --layer ${LAYERS.join('|')} --about "One sentence."`);
const folder = join(root, 'packages', name);
if (existsSync(join(folder, 'package.json'))) fail(`packages/${name} exists already.`);

const withTensors = layer !== 'app';
const { version } = JSON.parse(await readFile(join(root, 'packages/core/package.json'), 'utf8'));
const published = {
  '.': { types: './dist/index.d.ts', default: './dist/index.js' },
  './package.json': './package.json',
};
const json = {
  name: `@genai/${name}`,
  version,
  description: about,
  license: 'MIT',
  type: 'module',
  sideEffects: false,
  exports: { ...published, '.': { '@genai/source': './src/index.ts', ...published['.'] } },
  files: ['dist'],
  scripts: { build: 'tsup' },
  dependencies: { '@genai/core': 'workspace:^' },
  ...(withTensors && { peerDependencies: { '@tensorflow/tfjs-core': '^4.22.0' } }),
  devDependencies: {
    ...(withTensors && { '@genai/testing': 'workspace:*', '@tensorflow/tfjs-core': '4.22.0' }),
    vitest: '4.1.12',
  },
  engines: { node: '>=20.19' },
  publishConfig: { access: 'public', exports: published },
};

const files = {
  'package.json': `${JSON.stringify(json, null, 2)}\n`,
  'README.md': readme(),
  'tsconfig.json': '{ "extends": "../../tsconfig.base.json", "include": ["src", "test", "*.ts"] }\n',
  'tsup.config.ts':
    "// @boundaries-ignore the shared settings of the workspace\nimport { build } from '../../tools/tsup.shared.js';\n\nexport default build();\n",
  'turbo.json': `{ "extends": ["//"], "tags": ["${layer}"] }\n`,
  'vitest.config.ts': `// @boundaries-ignore the shared settings of the workspace\nimport { unit } from '../../tools/vitest.shared.js';\n\nexport default unit('${name}'${
    withTensors ? ", { setupFiles: ['@genai/testing/setup'] }" : ''
  });\n`,
  'src/index.ts': "export { scaled } from './scaled.js';\n",
  'src/scaled.ts': firstExport(),
  'src/scaled.test.ts': firstTest(),
};
for (const [path, text] of Object.entries(files)) {
  if (existsSync(join(folder, path))) continue;
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}
await nameInReadme();
const code = await pnpm(['install', '--no-frozen-lockfile', '--prefer-offline', '--loglevel=warn']);
if (code !== 0) fail(`packages/${name} is laid out, but pnpm install exited ${code}. Run it again.`);
console.log(
  [
    `packages/${name} is laid out and passes \`npm test -- lint layout types boundaries build unit\`. What remains is yours:`,
    '  src/          replace scaled.ts and its test; list public things in index.ts',
    '  README.md     replace the example and the table: the example is run by `npm test -- install`',
    `  ../README.md  a caption of your own in the tree (it has --about now); docs/architecture.md: its place in the layers`,
    `  package.json  siblings it uses: "workspace:^" under dependencies, then pnpm install`,
    '  .changeset/   pnpm changeset',
  ].join('\n'),
);

function readArguments() {
  try {
    return parseArgs({ allowPositionals: true, options: { layer: { type: 'string' }, about: { type: 'string' } } });
  } catch (error) {
    return fail(error.message);
  }
}

function fail(text) {
  console.error(`new-package: ${text}`);
  process.exit(2);
}

function firstExport() {
  const type = withTensors ? 'Tensor' : 'readonly number[]';
  return `import { GenaiError } from '@genai/core';
${withTensors ? "import { mul, type Tensor } from '@tensorflow/tfjs-core';\n" : ''}
/**
 * \`x\` times \`factor\`: stands in for the first export of this package.
 *
 * @throws GenaiError if \`factor\` is not finite.
 *
 * @example
 * scaled(${withTensors ? 'tensor1d([1, 2])' : '[1, 2]'}, 3); // 3, 6
 */
export function scaled(x: ${type}, factor: number): ${withTensors ? 'Tensor' : 'number[]'} {
  if (!Number.isFinite(factor)) throw new GenaiError(\`scaled: factor must be a finite number, got \${factor}.\`);
  return ${withTensors ? 'mul(x, factor)' : 'x.map((value) => value * factor)'};
}
`;
}

function firstTest() {
  const one = withTensors
    ? `  const x = tensor1d([1, 2]);
  const y = scaled(x, 3);
  expect(Array.from(y.dataSync())).toEqual([3, 6]);
  disposeTree([x, y]);`
    : '  expect(scaled([1, 2], 3)).toEqual([3, 6]);';
  const two = withTensors
    ? `  const x = tensor1d([1, 2]);
  expect(() => scaled(x, Number.NaN)).toThrow(GenaiError);
  x.dispose();`
    : '  expect(() => scaled([1, 2], Number.NaN)).toThrow(GenaiError);';
  return `import { ${withTensors ? 'disposeTree, ' : ''}GenaiError } from '@genai/core';
${withTensors ? "import { tensor1d } from '@tensorflow/tfjs-core';\n" : ''}import { expect, test } from 'vitest';
import { scaled } from './scaled.js';

test('known answer: multiplies each entry', () => {
${one}
});

test('errors: a factor that is not finite', () => {
${two}
});
`;
}

function readme() {
  const packages = withTensors
    ? ['@genai/backend', '@genai/simd', '@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-cpu']
        .map((other) => ` ${other}`)
        .join('')
    : '';
  const example = withTensors
    ? `import { useBackend } from '@genai/backend';
import { scaled } from '@genai/${name}';
import { tensor1d } from '@tensorflow/tfjs-core';

await useBackend('auto');
console.log(await scaled(tensor1d([1, 2]), 3).data()); // 3, 6`
    : `import { scaled } from '@genai/${name}';

console.log(scaled([1, 2], 3)); // 3, 6`;
  return `# @genai/${name}

${about}

\`\`\`sh
npm install @genai/${name}${packages}
\`\`\`

\`\`\`ts
${example}
\`\`\`

| function            | what it does         | source |
| ------------------- | -------------------- | ------ |
| \`scaled(x, factor)\` | \`x\` times \`factor\` |        |
`;
}

/** Adds the package to the tree in the README of the repository, before the command line. */
async function nameInReadme() {
  const path = join(root, 'README.md');
  const text = await readFile(path, 'utf8');
  if (text.includes(`── ${name}/`)) return;
  const caption = about[0].toLowerCase() + about.slice(1, -1);
  const named = text.replace(/^(?=├── cli\/)/m, `├── ${`${name}/`.padEnd(17)}${caption}\n`);
  if (named === text) fail('README.md has no tree with a line "├── cli/". Name the package there.');
  await writeFile(path, named);
}
