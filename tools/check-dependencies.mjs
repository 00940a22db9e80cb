/**
 * Three questions about what the house stands on. knip: has it files, exports or dependencies that nobody uses (knip.jsonc)? Licences: may
 * everything that is installed with a published package, or shipped with the site, be passed on? Bills of materials: is each of the form
 * of CycloneDX, and does it say what the lock says? `--write` renews docs/licences.md.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../scripts/pnpm.mjs';
import { billOf, faultsOf } from './bill-of-materials.mjs';
import { installedWith, lockedHashes } from './installed.mjs';
import { publishedPackages } from './pack.mjs';

/** Licences that ask for no more than their text beside the copy. */
const ALLOWED = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Unlicense',
]);
const { values } = parseArgs({ options: { write: { type: 'boolean' } } });
const path = join(root, 'docs/licences.md');
const packages = publishedPackages();
const faults = [];

checkUse();
checkLicences();
checkBills();
for (const fault of faults) console.error(`FAILED ${fault}`);
console.log(faults.length > 0 ? `${faults.length} faults` : 'every dependency is used, listed, and may be passed on');
process.exit(faults.length > 0 ? 1 : 0);

function checkUse() {
  const { status, stdout, stderr, error } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/knip/bin/knip.js'), '--no-progress', '--reporter', 'compact'],
    { cwd: root, encoding: 'utf8' },
  );
  if (status === 0) console.log('knip finds no file, export or dependency without a use');
  else {
    faults.push(
      `knip: remove what nobody uses, or say in knip.jsonc who uses it\n${error ?? ''}${stdout.trim()}${stderr.trim()}`.replaceAll(
        '\n',
        '\n  ',
      ),
    );
  }
}

function checkLicences() {
  const rows = new Map();
  const users = [...packages.map(({ folder }) => folder), join(root, 'apps/docs')];
  for (const folder of users) {
    const [, ...others] = installedWith(folder);
    for (const one of others) {
      if (one.name.startsWith('@genai/')) continue;
      const row = rows.get(one.id) ?? { ...one, users: [] };
      rows.set(one.id, { ...row, users: [...row.users, basename(folder)] });
    }
  }
  for (const { id, license } of rows.values()) {
    if (!isAllowed(license))
      faults.push(
        `${id} has the licence ${license ?? '(none)'}, which is not among ${[...ALLOWED].join(', ')}: take another package, or argue for it in docs/decisions/`,
      );
  }
  const licences = new Set([...rows.values()].map(({ license }) => license));
  const table = page([...rows.values()].sort((a, b) => (a.id < b.id ? -1 : 1)));
  if (values.write) writeFileSync(path, table);
  else if (read(path) !== table)
    faults.push(
      'docs/licences.md does not list what is installed: run `node tools/check-dependencies.mjs --write` and look at what has changed',
    );
  console.log(`${rows.size} packages from outside are installed with ours, under ${licences.size} licences`);
}

function checkBills() {
  const hashes = lockedHashes();
  for (const { folder, json } of packages) {
    const bill = billOf(folder, hashes);
    faults.push(...faultsOf(bill, hashes).map((fault) => `${json.name}: its bill of materials: ${fault}`));
    if (JSON.stringify(bill) !== JSON.stringify(billOf(folder, hashes)))
      faults.push(`${json.name}: made twice, its bill differs`);
  }
  console.log(`${packages.length} bills of materials made and held against CycloneDX 1.6 and the lock`);
}

/** `A OR B` leaves the choice, `A AND B` asks for both. */
function isAllowed(license = '') {
  const parts = (text, word) => text.replace(/^\((.*)\)$/, '$1').split(` ${word} `);
  return parts(license, 'OR').some((choice) => parts(choice, 'AND').every((one) => ALLOWED.has(one)));
}

function page(rows) {
  const uses = (users) => (users.length > 6 ? `${users.length} packages` : users.join(', '));
  return [
    '# Licences of what is installed with us',
    '',
    'Everything from outside the house that is installed with a published package, its required peers among it, or shipped with the site.',
    'Made by `node tools/check-dependencies.mjs --write`; `npm test -- dependencies` compares. Peers that are an option are their user’s choice.',
    '',
    '| package | version | licence | installed with |',
    '| --- | --- | --- | --- |',
    ...rows.map(({ name, version, license, users }) => `| ${name} | ${version} | ${license} | ${uses(users)} |`),
    '',
  ].join('\n');
}

function read(file) {
  try {
    return readFileSync(file, 'utf8').replaceAll('\r\n', '\n');
  } catch {
    return undefined;
  }
}
