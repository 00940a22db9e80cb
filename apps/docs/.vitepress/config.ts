import { existsSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitepress';
import { ISOLATION } from '../scripts/serve.mjs';
import { lateParts } from './late-parts.js';

const reference = new URL('../reference/typedoc-sidebar.json', import.meta.url);

/** The base path, for sites served below one: `DOCS_BASE=/genai/ pnpm --filter @genai/docs build`. */
const base = process.env.DOCS_BASE ?? '/';

/** With DOCS_SOURCE=1 our packages are taken from their sources and the reference is left out: quick, and nothing is built before. */
const fromSource = Boolean(process.env.DOCS_SOURCE);

/** A bell curve, so that no file is asked for. */
const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Cpath d='M2 27C11 27 11 5 16 5s5 22 14 22' fill='none' stroke='%233c78d8' stroke-width='4'/%3E%3C/svg%3E";

interface Section {
  readonly text: string;
  readonly items: readonly { readonly text: string; readonly link: string }[];
}

/** A section with the pages of it that there are. */
function written({ text, items }: Section): { text: string; items: { text: string; link: string }[] } {
  return { text, items: items.filter(({ link }) => existsSync(new URL(`..${link}.md`, import.meta.url))) };
}

/** What stands below the heading of a page, without marks: its description where it names none. */
function firstParagraph(path: string): string {
  const file = new URL(`../${path}`, import.meta.url);
  const [, text = ''] = (existsSync(file) && /^# .*\n+(?!```)(\S[\s\S]*?)\n\n/m.exec(readFileSync(file, 'utf8'))) || [];
  const plain = text
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[`*]/g, '')
    .replace(/\s+/g, ' ');
  return plain.length <= 160 ? plain : `${plain.slice(0, plain.lastIndexOf(' ', 159))} …`;
}

const { items: laboratories } = written({
  text: 'Laboratories',
  items: [
    { text: 'VAE: digits', link: '/live/vae' },
    { text: 'GAN: densities and clothes', link: '/live/gan' },
    { text: 'Text, character by character', link: '/live/text' },
    { text: 'Flow: a warped plane', link: '/live/flow' },
    { text: 'Transformer: a tiny GPT', link: '/live/gpt' },
    { text: 'Music: continue a melody', link: '/live/music' },
    { text: 'Shapes in space', link: '/live/shapes' },
    { text: 'Side by side', link: '/live/side-by-side' },
  ],
});

export default defineConfig({
  base,
  title: '@genai',
  description: 'Generative models for TypeScript: train, sample and measure them on any TensorFlow.js engine.',
  head: [['link', { rel: 'icon', href: ICON }]],
  cleanUrls: false,
  lastUpdated: false,
  // VitePress sets the class anew on each page, without transitions, for which all styles are computed twice: only if it changes.
  appearance: {
    onChanged(dark: boolean, change: (mode: 'dark' | 'light' | 'auto') => void, mode: 'dark' | 'light' | 'auto') {
      if (globalThis.document?.documentElement.classList.contains('dark') !== dark) change(mode);
    },
  },
  transformPageData: ({ description, relativePath }) => ({ description: description || firstParagraph(relativePath) }),
  srcExclude: fromSource ? ['reference/**'] : [],
  ignoreDeadLinks: fromSource || [/^\.?\/?reference\//],
  themeConfig: {
    search: { provider: 'local' },
    nav: [
      { text: 'Guide', link: '/guide/start' },
      { text: 'Laboratories', items: laboratories },
      ...(existsSync(new URL('../results/index.md', import.meta.url)) ? [{ text: 'Results', link: '/results/' }] : []),
      { text: 'Reference', link: '/reference/' },
    ],
    sidebar: {
      '/guide/': [
        {
          text: 'Guide',
          items: [
            { text: 'Ten-minute start', link: '/guide/start' },
            { text: 'Coming from PyTorch', link: '/guide/from-pytorch' },
          ],
        },
        {
          text: 'Families',
          items: [
            { text: 'Variational autoencoders', link: '/guide/vae' },
            { text: 'Adversarial models', link: '/guide/gan' },
            { text: 'Step by step: text, music, pictures', link: '/guide/autoregressive' },
            { text: 'Normalising flows', link: '/guide/flow' },
            { text: 'Transformers', link: '/guide/transformer' },
          ],
        },
        {
          text: 'Practice',
          items: [
            { text: 'Training', link: '/guide/training' },
            { text: 'Evaluation', link: '/guide/evaluation' },
            { text: 'Checkpoints', link: '/guide/checkpoints' },
            { text: 'In the browser', link: '/guide/browser' },
            { text: 'Engines and speed', link: '/guide/engines' },
            { text: 'Performance', link: '/guide/performance' },
            { text: 'Memory', link: '/guide/memory' },
            { text: 'Several machines', link: '/guide/distributed' },
          ],
        },
        { text: 'Laboratories', items: laboratories },
      ].map(written),
      '/live/': [{ text: 'Laboratories', items: laboratories }],
      '/reference/': existsSync(reference) ? JSON.parse(readFileSync(reference, 'utf8')) : [],
    },
    outline: 'deep',
  },
  vite: {
    plugins: [lateParts()],
    ...(fromSource && { resolve: { conditions: ['@genai/source'] } }),
    optimizeDeps: { exclude: ['@genai/simd'] }, // it finds its WebAssembly beside itself
    worker: { format: 'es' },
    server: { headers: ISOLATION }, // threads; see public/_headers for hosts that read it
    build: { target: 'es2022', chunkSizeWarningLimit: 2_000 },
  },
});
