import { existsSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitepress';
import { ISOLATION } from '../scripts/serve.mjs';

const reference = new URL('../reference/typedoc-sidebar.json', import.meta.url);

/** The base path, for sites served below one: `DOCS_BASE=/genai/ pnpm --filter @genai/docs build`. */
const base = process.env.DOCS_BASE ?? '/';

/** A bell curve, so that no file is asked for. */
const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Cpath d='M2 27C11 27 11 5 16 5s5 22 14 22' fill='none' stroke='%233c78d8' stroke-width='4'/%3E%3C/svg%3E";

export default defineConfig({
  base,
  title: '@genai',
  description: 'Generative models for TypeScript: train, sample and measure them on any TensorFlow.js engine.',
  head: [['link', { rel: 'icon', href: ICON }]],
  cleanUrls: false,
  lastUpdated: false,
  ignoreDeadLinks: [/^\.?\/?reference\//],
  themeConfig: {
    search: { provider: 'local' },
    nav: [
      { text: 'Start', link: '/guide/start' },
      { text: 'Live', link: '/live/vae' },
      { text: 'Reference', link: '/reference/' },
    ],
    sidebar: {
      '/guide/': [
        {
          text: 'Guide',
          items: [
            { text: 'Ten-minute start', link: '/guide/start' },
            { text: 'Variational autoencoders', link: '/guide/vae' },
            { text: 'Adversarial models', link: '/guide/gan' },
            { text: 'Normalising flows', link: '/guide/flow' },
            { text: 'Step by step: text, music, pictures', link: '/guide/autoregressive' },
            { text: 'Engines and speed', link: '/guide/engines' },
            { text: 'Checkpoints', link: '/guide/checkpoints' },
          ],
        },
      ],
      '/reference/': existsSync(reference) ? JSON.parse(readFileSync(reference, 'utf8')) : [],
    },
    outline: 'deep',
  },
  vite: {
    worker: { format: 'es' },
    server: { headers: ISOLATION }, // threads; see public/_headers for hosts that read it
    build: { target: 'es2022', chunkSizeWarningLimit: 2_000 },
  },
});
