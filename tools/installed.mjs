import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../scripts/pnpm.mjs';

/**
 * What stands in `node_modules` for those who install the package in `folder`: its dependencies, required peers and theirs, the package
 * first, by `name@version`. Peers that are an option are their user's own choice. `optional` is what an installation may go without.
 */
export function installedWith(folder) {
  const found = new Map();
  const visit = (path, optional) => {
    const json = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
    const id = `${json.name}@${json.version}`;
    const seen = found.get(id);
    if (seen && (optional || !seen.optional)) return id;
    const one = {
      ...{ id, name: json.name, version: json.version, license: licenseOf(json) },
      optional,
      needs: new Set(),
    };
    found.set(id, one);
    for (const { name, option } of neededBy(json)) {
      const place = placeOf(name, path);
      if (place) one.needs.add(visit(place, optional || option));
      else if (!option)
        throw new Error(`${id} needs ${name}, which is not installed. Run \`npm test -- --list\` first.`);
    }
    return id;
  };
  visit(realpathSync(folder), false);
  return [...found.values()].map((one) => ({ ...one, needs: [...one.needs].sort() }));
}

/** The hash of each package of the registry that the lock names, by `name@version`, as `sha512-…` in base 64. */
export function lockedHashes() {
  const lock = readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8').replaceAll('\r', '');
  const section = lock.slice(lock.indexOf('\npackages:\n'), lock.indexOf('\nsnapshots:\n'));
  const entries = section.matchAll(/^ {2}'?([^\s'][^\s']*)'?:\n {4}resolution: \{integrity: ([^},]+)/gm);
  return new Map([...entries].map(([, id, hash]) => [id, hash]));
}

function neededBy({ dependencies, optionalDependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} }) {
  const peers = Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional);
  return [
    ...Object.keys({ ...dependencies }).map((name) => ({ name, option: name in optionalDependencies })),
    ...Object.keys(optionalDependencies).map((name) => ({ name, option: true })),
    ...peers.map((name) => ({ name, option: false })),
  ];
}

/** Where Node finds a package from `folder`. */
function placeOf(name, folder) {
  for (let at = folder; at !== dirname(at); at = dirname(at)) {
    const place = join(at, 'node_modules', name);
    if (existsSync(join(place, 'package.json'))) return realpathSync(place);
  }
  return undefined;
}

/** As SPDX writes it; older manifests have an object, or a list. */
function licenseOf({ license, licenses }) {
  const named = [license ?? licenses ?? []].flat().map((one) => one.type ?? one);
  return named.length > 1 ? `(${named.join(' OR ')})` : named[0];
}
