import { createHash } from 'node:crypto';
import { installedWith, lockedHashes } from './installed.mjs';

/**
 * The bill of materials of the package in `folder`: itself and all that is installed with it, in the form of CycloneDX 1.6 (ECMA-424). The
 * same tree gives the same bytes; a time stands in it only if SOURCE_DATE_EPOCH names one (in seconds).
 */
export function billOf(folder, hashes = lockedHashes()) {
  const installed = installedWith(folder);
  const [subject, ...others] = installed.map((one) => componentOf(one, hashes));
  const purls = new Map(installed.map((one) => [one.id, purlOf(one)]));
  const { SOURCE_DATE_EPOCH: epoch } = process.env;
  const bill = {
    metadata: {
      ...(epoch ? { timestamp: new Date(1000 * Number(epoch)).toISOString() } : {}),
      lifecycles: [{ phase: 'build' }],
      component: subject,
    },
    components: others.sort(by('purl')),
    dependencies: installed
      .map((one) => ({ ref: purls.get(one.id), dependsOn: one.needs.map((id) => purls.get(id)).sort() }))
      .sort(by('ref')),
  };
  const head = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
  };
  return { ...head, serialNumber: `urn:uuid:${uuidOf(bill)}`, version: 1, ...bill };
}

/** What is wrong with a bill: its form, and what the lock says otherwise. No line if nothing is. */
export function faultsOf(bill, hashes = lockedHashes()) {
  const faults = [];
  const expect = (holds, text) => holds || faults.push(text);
  const all = [bill.metadata.component, ...bill.components];
  const refs = new Set(all.map((one) => one['bom-ref']));
  expect(bill.bomFormat === 'CycloneDX' && bill.specVersion === '1.6' && bill.version === 1, 'is no CycloneDX 1.6');
  expect(
    /^urn:uuid:[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/.test(bill.serialNumber),
    'its serial number is no UUID',
  );
  expect(refs.size === all.length, 'names a component twice');
  for (const one of all) {
    const name = one.group ? `${one.group}/${one.name}` : one.name;
    const id = `${name}@${one.version}`;
    expect(one.type === 'library' && one.name && one.version, `${id} lacks its type, name or version`);
    expect(one.purl === purlOf({ name, version: one.version }), `${id} has the address ${one.purl}`);
    expect(one.licenses?.length === 1, `${id} has no licence`);
    if (name.startsWith('@genai/')) continue; // made here: its hash is known when it is packed
    const [algorithm, base64] = (hashes.get(id) ?? '-').split('-');
    const hex = Buffer.from(base64, 'base64').toString('hex');
    expect(algorithm === 'sha512', `${id} is installed, and pnpm-lock.yaml does not name it: run \`pnpm install\``);
    expect(
      one.hashes?.[0]?.alg === 'SHA-512' && one.hashes[0].content === hex,
      `${id} has another hash than in pnpm-lock.yaml`,
    );
  }
  for (const { ref, dependsOn } of bill.dependencies) {
    for (const other of [ref, ...dependsOn]) expect(refs.has(other), `${other} is needed and not listed`);
  }
  expect(bill.dependencies.length === all.length, 'does not say of every component what it needs');
  return faults;
}

function componentOf(one, hashes) {
  const [, group, name] = /^(?:(@[^/]+)\/)?(.+)$/.exec(one.name);
  const hash = hashes.get(one.id);
  const isExpression = /[() ]/.test(one.license ?? '');
  return {
    ...{ type: 'library', 'bom-ref': purlOf(one) },
    ...(group ? { group } : {}),
    ...{ name, version: one.version, scope: one.optional ? 'optional' : 'required' },
    ...(hash ? { hashes: [{ alg: 'SHA-512', content: Buffer.from(hash.slice(7), 'base64').toString('hex') }] } : {}),
    ...(one.license
      ? { licenses: [isExpression ? { expression: one.license } : { license: { id: one.license } }] }
      : {}),
    purl: purlOf(one),
  };
}

/** The address of a package of npm (purl-spec): the @ of its scope is written %40. */
function purlOf({ name, version }) {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

/** A UUID of version 8, of a custom kind (RFC 9562, section 5.8): the first bits of the hash of what is listed. */
function uuidOf(value) {
  const bytes = createHash('sha256').update(JSON.stringify(value)).digest().subarray(0, 16);
  bytes[6] = (bytes[6] & 0x0f) | 0x80;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function by(field) {
  return (a, b) => (a[field] < b[field] ? -1 : 1);
}
