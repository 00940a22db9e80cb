import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/** The pages of a built site, `guide/vae.html` say, from the folder that it stands in. */
export function pagesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.html') && !path.startsWith('assets/'))
    .sort();
}

/** Links of the pages of `folder`, served below `base`, that lead to no file or to no place in it, as `page → link`. */
export function brokenLinks(folder: string, base = '/'): string[] {
  const pages = new Map(pagesOf(folder).map((path) => [path, readPage(folder, path)]));
  const files = new Set(
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => path.replaceAll('\\', '/')),
  );
  const broken: string[] = [];
  for (const [path, { links }] of pages) {
    for (const link of links) {
      if (/^[a-z]+:|^\/\//i.test(link)) continue; // elsewhere, or held in the page itself
      const { pathname, hash } = new URL(link, `http://site${posix.join(base, path)}`);
      const target = pathname.startsWith(base) ? decodeURIComponent(pathname.slice(base.length)) : '..';
      const file = target === '' || target.endsWith('/') ? `${target}index.html` : target;
      const anchors = pages.get(file)?.anchors;
      const found = files.has(file) && (hash.length < 2 || !anchors || anchors.has(decodeURIComponent(hash.slice(1))));
      if (!found) broken.push(`${path} → ${link}`);
    }
  }
  return [...new Set(broken)];
}

/** What the source of a page says of itself. */
export interface PageHead {
  readonly headings: number;
  readonly title: string;
  readonly description: string;
}

export function headOf(folder: string, path: string): PageHead {
  const { html } = readPage(folder, path);
  return {
    headings: html.match(/<h1[\s>]/g)?.length ?? 0,
    title: /<title>([^<]*)<\/title>/.exec(html)?.[1] ?? '',
    description: /<meta name="description" content="([^"]*)"/.exec(html)?.[1] ?? '',
  };
}

interface SourcePage {
  readonly html: string;
  readonly links: readonly string[];
  readonly anchors: ReadonlySet<string>;
}

function readPage(folder: string, path: string): SourcePage {
  const html = readFileSync(join(folder, path), 'utf8');
  return {
    html,
    links: valuesOf(html, /\s(?:href|src)="([^"]*)"/g),
    anchors: new Set(valuesOf(html, /\sid="([^"]*)"/g)),
  };
}

function valuesOf(html: string, attribute: RegExp): string[] {
  return Array.from(html.matchAll(attribute), ([, value]) => value!.replaceAll('&quot;', '"').replaceAll('&amp;', '&'));
}
