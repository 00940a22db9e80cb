import { escapeMarkup } from './escape-markup.js';

export interface HtmlPageOptions {
  readonly title: string;
  /** A paragraph under the title. */
  readonly summary: string;
  /** What stands below, already HTML: sections, figures. */
  readonly body: readonly string[];
}

/** A picture or chart with words under it. */
export interface Figure {
  readonly title: string;
  readonly caption: string;
  /** A PNG, or an SVG as text. */
  readonly image: Uint8Array | string;
}

/** Names and what is to be said of each. */
export type Facts = readonly (readonly [name: string, value: string])[];

/**
 * One self-contained page: pictures are inside it, nothing is requested and no script runs, it follows light and dark and fits a phone.
 */
export function htmlPage({ title, summary, body }: HtmlPageOptions): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<link rel="icon" href="data:,">
<title>${escapeMarkup(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header>
<h1>${escapeMarkup(title)}</h1>
<p>${escapeMarkup(summary)}</p>
</header>
${body.join('\n')}
</main>
</body>
</html>
`;
}

/** A figure of a page, as HTML. */
export function htmlFigure({ title, caption, image }: Figure): string {
  const picture =
    typeof image === 'string'
      ? `<div class="chart">${image}</div>`
      : `<img alt="${escapeMarkup(title)}" src="data:image/png;base64,${Buffer.from(image).toString('base64')}">`;
  return `<figure>
<h2>${escapeMarkup(title)}</h2>
${picture}
<figcaption>${escapeMarkup(caption)}</figcaption>
</figure>`;
}

/** A list of facts, as HTML; `code` sets the names as they are typed. */
export function htmlFacts(facts: Facts, { code = false }: { readonly code?: boolean } = {}): string {
  const named = (name: string): string => (code ? `<code>${escapeMarkup(name)}</code>` : escapeMarkup(name));
  return `<dl>${facts.map(([name, value]) => `<dt>${named(name)}</dt><dd>${escapeMarkup(value)}</dd>`).join('')}</dl>`;
}

const STYLE = `
:root { color-scheme: light dark; --page: #f6f6f3; --card: #fff; --ink: #1c1c1a; --soft: #5d5d58; --rule: #e2e2dc; }
@media (prefers-color-scheme: dark) {
  :root { --page: #141416; --card: #1e1e22; --ink: #ececf0; --soft: #a3a3ad; --rule: #33333a; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 17px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { max-width: 68rem; margin: 0 auto; padding: clamp(1rem, 4vw, 3rem); }
header { max-width: 46rem; margin-bottom: 2rem; }
h1 { font-size: clamp(1.7rem, 5vw, 2.6rem); line-height: 1.15; letter-spacing: -0.02em; margin: 0 0 .75rem; }
h1, h2 { overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 0 0 .75rem; }
p { margin: 0; color: var(--soft); }
section { margin-bottom: 1.5rem; }
section:not(.figures):not(.columns), .columns > div, figure { background: var(--card); border: 1px solid var(--rule); border-radius: 14px; padding: clamp(.9rem, 3vw, 1.4rem); }
.figures { columns: 24rem 2; column-gap: 1.5rem; }
.figures figure:last-child { margin-bottom: 0; }
.columns { display: grid; gap: 1.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); }
figure { margin: 0 0 1.5rem; break-inside: avoid; }
img { display: block; width: 100%; height: auto; image-rendering: pixelated; border-radius: 6px; }
.chart { overflow-x: auto; }
.chart svg { display: block; width: 100%; min-width: 32rem; height: auto; }
figcaption { color: var(--soft); font-size: .92rem; margin-top: .75rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .95rem; }
th, td { text-align: left; padding: .5rem .9rem .5rem 0; border-top: 1px solid var(--rule); vertical-align: top; }
tr:first-child > * { border-top: 0; }
thead + tbody tr:first-child > * { border-top: 1px solid var(--rule); }
th { font-weight: 600; white-space: nowrap; }
td { color: var(--soft); }
td.value { color: var(--ink); font-variant-numeric: tabular-nums; white-space: nowrap; }
thead th { color: var(--soft); white-space: normal; overflow-wrap: anywhere; min-width: 7rem; vertical-align: bottom; }
small { display: block; color: var(--soft); font-weight: 400; }
tbody th small { white-space: normal; min-width: 14rem; }
td.best { font-weight: 700; }
pre { margin: 0 0 .75rem; padding: .75rem; border: 1px solid var(--rule); border-radius: 8px; font-size: .85rem; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 24rem; overflow-y: auto; }
ul { margin: .75rem 0 0; padding-left: 1.2rem; color: var(--soft); font-size: .92rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1rem; margin: 0; font-size: .95rem; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 32rem) {
  td:last-child, th, td { padding-right: .6rem; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: .5rem; }
}
`;
