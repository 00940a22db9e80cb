import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** The folders of the packages that are published, and their manifests. */
export function publishedPackages() {
  return readdirSync(join(root, 'packages'))
    .map((name) => join(root, 'packages', name))
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .map((folder) => ({ folder, json: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) }))
    .filter(({ json }) => json.private !== true);
}

/** Packs every published package as `pnpm publish` would, into a fresh temporary folder. */
export function packAll() {
  const destination = mkdtempSync(join(tmpdir(), 'genai-pack-'));
  const packages = publishedPackages().map(({ folder, json }) => {
    if (!existsSync(join(folder, 'dist'))) throw new Error(`${json.name} is not built. Run \`pnpm build\` first.`);
    execFileSync('pnpm', ['pack', '--pack-destination', destination], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const file = `${json.name.replace('@', '').replace('/', '-')}-${json.version}.tgz`;
    return { name: json.name, folder, file: join(destination, file), json };
  });
  return { destination, packages };
}
