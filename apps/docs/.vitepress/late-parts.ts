import { fileURLToPath } from 'node:url';

/** What VitePress has around every page and most visitors do not touch at once: half of what there is to bring to life, each a task. */
const LATE = ['VPNavBarMenu', 'VPNavBarExtra', 'VPSidebarItem', 'VPDocFooter'];
const PREFIX = '\0late:';
const SUFFIX = '.js'; // it is no component that is to be compiled

interface Resolver {
  resolve(source: string, importer: string, options: { skipSelf: boolean }): Promise<{ id: string } | null>;
}

/** A plugin for Vite that puts `late` parts in the place of those of VitePress's theme; the theme itself stays as it is. */
export function lateParts() {
  return {
    name: 'late-parts',
    enforce: 'pre' as const,
    async resolveId(this: Resolver, source: string, importer: string | undefined): Promise<string | undefined> {
      const name = /(\w+)\.vue$/.exec(source)?.[1];
      if (!name || !importer || !LATE.includes(name) || !isOfTheme(importer)) return undefined;
      const part = await this.resolve(source, importer, { skipSelf: true });
      return part ? `${PREFIX}${part.id}${SUFFIX}` : undefined;
    },
    load(id: string): string | undefined {
      if (!id.startsWith(PREFIX)) return undefined;
      const helper = fileURLToPath(new URL('theme/late.ts', import.meta.url));
      const part = id.slice(PREFIX.length, -SUFFIX.length);
      return [
        `import { late } from ${JSON.stringify(helper)};`,
        `import part from ${JSON.stringify(part)};`,
        'export default late(() => Promise.resolve(part));',
      ].join('\n');
    },
  };
}

/** Of the theme itself: what stands for a part asks for the part. */
function isOfTheme(importer: string): boolean {
  return importer.includes('/vitepress/dist/client/theme-default/') && !importer.startsWith(PREFIX);
}
