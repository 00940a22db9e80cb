import { suggest } from '../nearest.js';
import { UsageError } from '../usage-error.js';
import { FAMILIES, type FamilyEntry } from './families.js';
import type { Preset } from './family.js';

/** @throws UsageError that names the nearest presets. */
export function preset(
  name: string,
): Preset & { readonly family: FamilyEntry['name']; readonly reads: FamilyEntry['reads'] } {
  for (const { name: family, reads, presets } of FAMILIES) {
    const found = Object.hasOwn(presets, name) ? presets[name] : undefined;
    if (found) return { ...found, family, reads };
  }
  const known = FAMILIES.flatMap(({ presets }) => Object.keys(presets));
  throw new UsageError(`unknown model "${name}". ${suggest(name, known)}`);
}

/** All presets by family, as text for people. */
export function listPresets(): string {
  const widest = Math.max(...FAMILIES.flatMap(({ presets }) => Object.keys(presets).map((name) => name.length)));
  return FAMILIES.map(({ about, presets }) => {
    const lines = Object.entries(presets).map(([name, preset]) => `  ${name.padEnd(widest)}  ${preset.about}\n`);
    return `${about}\n${lines.join('')}`;
  }).join('');
}
