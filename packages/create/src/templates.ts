/** What a project can start as, and what each is in a few words; the names are those of the folders of `templates/`. */
export const TEMPLATES = {
  node: 'a program for Node',
  vite: 'a page, developed and built with Vite',
  page: 'a plain page that needs no server, bundled by esbuild',
} as const satisfies Record<string, string>;

export type Template = keyof typeof TEMPLATES;
