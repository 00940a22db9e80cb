import { escapeMarkup } from './escape-markup.js';

/** A picture or chart with words under it. */
export interface Figure {
  readonly title: string;
  readonly caption: string;
  /** A PNG, or an SVG as text. */
  readonly image: Uint8Array | string;
}

/** One row of the table of scores. */
export interface Score {
  readonly name: string;
  readonly value: string;
  readonly meaning: string;
}

export interface HtmlReportOptions {
  readonly title: string;
  /** A paragraph under the title. */
  readonly summary: string;
  readonly figures: readonly Figure[];
  readonly scores: readonly Score[];
  /** Small facts at the foot: engine, seed, steps. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** Files beside the page: names and what they hold. */
  readonly files: readonly (readonly [name: string, about: string])[];
}

/**
 * One self-contained page: pictures are inside it, nothing is requested, it follows light and dark and fits a phone.
 */
export function htmlReport({ title, summary, figures, scores, facts, files }: HtmlReportOptions): string {
  const rows = scores.map(
    ({ name, value, meaning }) =>
      `<tr><th scope="row">${escapeMarkup(name)}</th><td class="value">${escapeMarkup(value)}</td><td>${escapeMarkup(meaning)}</td></tr>`,
  );
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
<section class="figures">
${figures
  .filter(({ image }) => typeof image !== 'string')
  .map(figure)
  .join('\n')}
</section>
${figures
  .filter(({ image }) => typeof image === 'string')
  .map(figure)
  .join('\n')}
<section>
<h2>Scores on held-out digits</h2>
<div class="scroll"><table>
<tbody>
${rows.join('\n')}
</tbody>
</table></div>
</section>
<section class="columns">
<div>
<h2>The run</h2>
<dl>${facts.map(([name, value]) => `<dt>${escapeMarkup(name)}</dt><dd>${escapeMarkup(value)}</dd>`).join('')}</dl>
</div>
<div>
<h2>Files beside this page</h2>
<dl>${files.map(([name, about]) => `<dt><code>${escapeMarkup(name)}</code></dt><dd>${escapeMarkup(about)}</dd>`).join('')}</dl>
</div>
</section>
</main>
</body>
</html>
`;
}

function figure({ title, caption, image }: Figure): string {
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
th { font-weight: 600; white-space: nowrap; }
td { color: var(--soft); }
td.value { color: var(--ink); font-variant-numeric: tabular-nums; white-space: nowrap; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1rem; margin: 0; font-size: .95rem; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 32rem) {
  td:last-child, th, td { padding-right: .6rem; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: .5rem; }
}
`;
