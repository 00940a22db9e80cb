/**
 * Holds what every published package exports, as built, against the reviewed report of it in docs/api/: a change of a signature is then
 * seen in the pull request that makes it. A deprecation must say what to use instead. `--write` renews the reports.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../scripts/pnpm.mjs';
import { apiReports } from './api-report.mjs';
import { publishedPackages } from './pack.mjs';

const SHOWN = 12;
const { values } = parseArgs({ options: { write: { type: 'boolean' } } });
const folder = join(root, 'docs/api');
const faults = [];

const packages = publishedPackages();
const built = packages.filter(({ folder: place }) => existsSync(join(place, 'dist/index.d.ts')));
for (const { json } of packages.filter((one) => !built.includes(one))) {
  faults.push(`${json.name} is not built. Run \`npm test -- build\` first`);
}
mkdirSync(folder, { recursive: true });
for (const { name, text, faults: found } of apiReports(built)) {
  faults.push(...found.map((fault) => `@genai/${name}: ${fault}`));
  const path = join(folder, `${name}.api.md`);
  const kept = existsSync(path) ? readFileSync(path, 'utf8').replaceAll('\r\n', '\n') : '';
  if (kept === text) continue;
  if (values.write) writeFileSync(path, text);
  else {
    faults.push(
      `@genai/${name} exports something else than docs/api/${name}.api.md says: run \`node tools/check-api.mjs --write\`, look at what has changed, and describe it with \`pnpm changeset\`\n${difference(kept, text)}`,
    );
  }
}
for (const file of readdirSync(folder)) {
  if (packages.some((one) => `${basename(one.folder)}.api.md` === file)) continue;
  if (values.write) rmSync(join(folder, file));
  else faults.push(`docs/api/${file} is of no published package: run \`node tools/check-api.mjs --write\``);
}

for (const fault of faults) console.error(`FAILED ${fault}`);
console.log(faults.length > 0 ? `${faults.length} faults` : `${built.length} packages export what docs/api says`);
process.exit(faults.length > 0 ? 1 : 0);

/** The lines that only one of them has. */
function difference(before, after) {
  const [old, fresh] = [before, after].map((text) => text.split('\n'));
  const without = (lines, others) => {
    const set = new Set(others);
    return lines.filter((line) => !set.has(line));
  };
  const lines = [
    ...without(old, fresh).map((line) => `  - ${line}`),
    ...without(fresh, old).map((line) => `  + ${line}`),
  ];
  const more = lines.length > SHOWN ? [`  … and ${lines.length - SHOWN} more lines`] : [];
  return [...lines.slice(0, SHOWN), ...more].join('\n');
}
