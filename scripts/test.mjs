/**
 * `npm test`: installs, then runs every check that this machine can run and names what it skipped and why.
 * `npm test -- unit types` runs only those; `npm test -- --list` names them all. The last line counts.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from './chromium.mjs';
import { ensureInstalled, pnpm, root, run } from './pnpm.mjs';

const NO_CHROMIUM = 'no Chromium found (install one, or name it in CHROMIUM)';
const CHECKS = {
  lint: { about: 'format and lint', run: () => one('exec', 'biome', 'ci', '--reporter=summary', '.') },
  layout: { about: 'every package has the same six things', run: () => script('tools/check-layout.mjs') },
  results: {
    about: 'the tables of results match their figures',
    run: () => script('tools/make-results.mjs', '--check'),
  },
  types: {
    about: 'types, strictly; of components too',
    run: async () => {
      const checked = await one('exec', 'tsc', '--noEmit', '-p', 'tsconfig.json');
      return checked.failed > 0 ? checked : one('--filter', '@genai/docs', 'run', 'types');
    },
  },
  boundaries: { about: 'arrows point down only', run: () => one('exec', 'turbo', 'boundaries') },
  build: { about: 'every package builds', run: () => turbo('./packages/*') },
  docs: {
    about: 'the site builds, for a place below another',
    run: () => turbo('@genai/docs', { DOCS_BASE: '/genai/' }),
  },
  unit: {
    about:
      'laws, goldens, known answers; engines in Node: cpu, wasm, simd (native too where there is a C compiler), webgpu where there is a driver',
    run: () => vitest('vitest.config.ts'),
  },
  browser: {
    about: 'engines, stores and the live page in headless Chromium',
    needs: () => (chromium() ? undefined : NO_CHROMIUM),
    run: () => vitest('vitest.browser.config.ts', { CHROMIUM: chromium() }),
  },
  publish: { about: 'publint and attw on every package', run: () => script('tools/check-publish.mjs') },
  size: { about: 'bytes and names of the smallest useful imports', run: () => script('tools/check-size.mjs') },
  dependencies: {
    about: 'nothing unused; licences; bills of materials',
    run: () => script('tools/check-dependencies.mjs'),
  },
  api: { about: 'exports are those of docs/api', run: () => script('tools/check-api.mjs') },
  'type-cost': {
    about: 'what a compiler instantiates keeps to its budget',
    run: () => script('tools/check-types.mjs'),
  },
  install: { about: 'packed packages in an empty project', run: () => script('tools/check-install.mjs') },
  examples: { about: 'every example, quickly', run: () => script('tools/check-examples.mjs') },
  'web-examples': {
    about: 'every page of the examples, opened in headless Chromium',
    needs: () => (chromium() ? undefined : NO_CHROMIUM),
    run: () => script('tools/check-web-examples.mjs'),
  },
  release: {
    about: 'a release against an empty registry, killed and resumed',
    run: () => script('tools/check-release.mjs'),
  },
  crash: { about: 'a run killed 50 times ends with the same bytes', run: () => script('tools/check-crash.mjs') },
  demo: { about: 'genai demo --quick', run: () => script('tools/check-demo.mjs') },
};

const { values, positionals } = parseArgs({ allowPositionals: true, options: { list: { type: 'boolean' } } });
if (values.list) {
  for (const [name, { about }] of Object.entries(CHECKS)) console.log(`${name.padEnd(14)}${about}`);
  process.exit(0);
}
const unknown = positionals.filter((name) => !(name in CHECKS));
if (unknown.length > 0) {
  console.error(`unknown check: ${unknown.join(', ')}. There are: ${Object.keys(CHECKS).join(', ')}.`);
  process.exit(2);
}

await ensureInstalled();
const rows = [];
for (const name of positionals.length > 0 ? positionals : Object.keys(CHECKS)) {
  const { about, needs, run: check } = CHECKS[name];
  const reason = needs?.();
  if (reason) {
    rows.push({ name, passed: 0, failed: 0, skipped: 1, notes: [`skipped: ${reason}`] });
    continue;
  }
  console.log(`\n── ${name}: ${about}`);
  const from = Date.now();
  rows.push({ name, ...(await check()), seconds: Math.round((Date.now() - from) / 1000) });
}

console.log('\n── summary');
const total = { passed: 0, failed: 0, skipped: 0 };
for (const { name, passed, failed, skipped, seconds, notes = [] } of rows) {
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
  const time = seconds === undefined ? '' : `, ${seconds} s`;
  console.log(`${name.padEnd(14)}${passed} passed, ${failed} failed, ${skipped} skipped${time}`);
  for (const note of notes) console.log(`              ${note}`);
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed > 0 ? 1 : 0);

async function one(...args) {
  return verdict(await pnpm(args));
}

async function turbo(filter, env = {}) {
  const args = ['exec', 'turbo', 'run', 'build', `--filter=${filter}`, '--output-logs=errors-only'];
  return verdict(await pnpm(args, { env }));
}

async function script(...args) {
  return verdict(await run(process.execPath, args));
}

function verdict(code) {
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
}

/** Runs vitest and reads its true counts; a run that reports none has failed. */
async function vitest(config, env = {}) {
  if (!existsSync(join(root, config))) return { passed: 0, failed: 1, skipped: 0 };
  const folder = mkdtempSync(join(tmpdir(), 'genai-test-'));
  const file = join(folder, 'report.json');
  try {
    const args = ['exec', 'vitest', 'run', '--config', config, '--reporter=default', '--reporter=json'];
    const code = await pnpm([...args, `--outputFile.json=${file}`], { env });
    const report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
    if (!report || report.numTotalTests === 0) return { passed: 0, failed: 1, skipped: 0 };
    const tests = report.testResults.flatMap((result) => result.assertionResults);
    const skipped = tests.filter((test) => ['pending', 'skipped', 'todo'].includes(test.status));
    const broken = tests.filter((test) => test.status === 'failed');
    const unread = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
    const failed = broken.length + unread.length;
    return {
      passed: report.numPassedTests,
      failed: Math.max(failed, code === 0 ? 0 : 1),
      skipped: skipped.length,
      notes: [
        ...broken.map((test) => `failed: ${test.fullName.trim()}`),
        ...unread.map((file) => `failed: ${relative(root, file.name)}`),
        ...new Set(skipped.map((test) => `skipped: ${test.fullName.trim()}`)),
      ],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
