import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pnpm, root } from '../scripts/pnpm.mjs';

/** The folders of the packages that are published, and their manifests. */
export function publishedPackages() {
  return readdirSync(join(root, 'packages'))
    .map((name) => join(root, 'packages', name))
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .map((folder) => ({ folder, json: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) }))
    .filter(({ json }) => json.private !== true);
}

/** Packs every published package as `pnpm publish` would, into a fresh temporary folder. */
export async function packAll() {
  const unbuilt = publishedPackages().filter(({ folder }) => !existsSync(join(folder, 'dist')));
  if (unbuilt.length > 0) {
    throw new Error(`not built: ${unbuilt.map(({ json }) => json.name).join(', ')}. Run \`npm test -- build\` first.`);
  }
  const destination = mkdtempSync(join(tmpdir(), 'genai-pack-'));
  const packages = publishedPackages().map(({ folder, json }) => {
    const file = `${json.name.replace('@', '').replace('/', '-')}-${json.version}.tgz`;
    return { name: json.name, folder, file: join(destination, file), json };
  });
  const filters = packages.map(({ name }) => `--filter=${name}`);
  const code = await pnpm([...filters, 'pack', '--pack-destination', destination], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const missing = packages.filter(({ file }) => !existsSync(file));
  if (code !== 0 || missing.length > 0) {
    rmSync(destination, { recursive: true, force: true });
    throw new Error(`pnpm pack exited ${code}; not packed: ${missing.map(({ name }) => name).join(', ') || 'none'}`);
  }
  return { destination, packages };
}
