/**
 * Mends links of the reference that lead nowhere: where a type and a value share a name but for its letters' case, typedoc numbers
 * anchors that VitePress does not. A link to a number that no heading has goes to the last heading of that name.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '..', 'reference');
for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.md'))) {
  const file = join(folder, path);
  const text = readFileSync(file, 'utf8');
  const headings = new Map();
  for (const [, name] of text.matchAll(/^#+ ([A-Za-z]\w*)/gm)) {
    const slug = name.toLowerCase();
    headings.set(slug, (headings.get(slug) ?? 0) + 1);
  }
  const mended = text.replace(/\(#([a-z]\w*)-(\d+)\)/g, (link, slug, number) => {
    const last = (headings.get(slug) ?? 0) - 1;
    if (last < 0 || Number(number) <= last) return link;
    return last === 0 ? `(#${slug})` : `(#${slug}-${last})`;
  });
  if (mended !== text) writeFileSync(file, mended);
}
