/**
 * `node tools/sbom.mjs --out FOLDER [NAME…]` writes the bill of materials of every published package, or of those named, as
 * FOLDER/NAME.cdx.json (CycloneDX 1.6). With SOURCE_DATE_EPOCH set it says when. Released tags carry them.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { billOf, faultsOf } from './bill-of-materials.mjs';
import { lockedHashes } from './installed.mjs';
import { publishedPackages } from './pack.mjs';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { out: { type: 'string' } } });
const folders = new Map(publishedPackages().map(({ folder }) => [basename(folder), folder]));
const unknown = positionals.filter((name) => !folders.has(name));
if (!values.out || unknown.length > 0) {
  console.error(
    values.out
      ? `no published package: ${unknown.join(', ')}. There are: ${[...folders.keys()].join(', ')}.`
      : 'sbom: --out is missing. Usage: node tools/sbom.mjs --out FOLDER [NAME…]',
  );
  process.exit(2);
}

mkdirSync(values.out, { recursive: true });
const hashes = lockedHashes();
let faults = 0;
for (const name of positionals.length > 0 ? positionals : folders.keys()) {
  const bill = billOf(folders.get(name), hashes);
  writeFileSync(join(values.out, `${name}.cdx.json`), `${JSON.stringify(bill, undefined, 2)}\n`);
  for (const fault of faultsOf(bill, hashes)) {
    faults++;
    console.error(`FAILED ${name}: its bill of materials: ${fault}`);
  }
  console.log(`${name}.cdx.json lists ${bill.components.length} packages`);
}
process.exit(faults > 0 ? 1 : 0);
