import { escapeMarkup } from '../render/escape-markup.js';
import type { Judgement } from './judgement-of.js';
import { judgementFacts, judgementTables, type Table } from './judgement-tables.js';

/** One self-contained page of a judgement: nothing is requested, it follows light and dark and fits a phone. */
export function judgementHtml(judgement: Judgement, title: string): string {
  const facts = judgementFacts(judgement).map(
    ([name, value]) => `<dt>${escapeMarkup(name)}</dt><dd>${escapeMarkup(value)}</dd>`,
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
<h1>${escapeMarkup(title)}</h1>
${intervals(judgement)}
${judgementTables(judgement).map(tableOf).join('\n')}
<section><dl>${facts.join('')}</dl></section>
</main>
</body>
</html>
`;
}

function tableOf({ title, head, rows, note }: Table): string {
  const line = (cells: readonly string[]): string =>
    `<tr>${cells.map((text, i) => (i === 0 ? `<th scope="row">${escapeMarkup(text)}</th>` : `<td>${escapeMarkup(text)}</td>`)).join('')}</tr>`;
  return `<section>
<h2>${escapeMarkup(title)}</h2>
<div class="scroll"><table>
<thead><tr>${head.map((text) => `<th scope="col">${escapeMarkup(text)}</th>`).join('')}</tr></thead>
<tbody>
${rows.map(line).join('\n')}
</tbody>
</table></div>
${note === undefined ? '' : `<p>${escapeMarkup(note)}</p>`}
</section>`;
}

/** Ratings as points with whiskers, on one line each. */
function intervals({ strengths }: Judgement): string {
  if (!strengths) return '';
  const low = Math.min(...strengths.map(({ rating }) => rating.interval.low));
  const high = Math.max(...strengths.map(({ rating }) => rating.interval.high));
  const across = (value: number): string => (180 + (500 * (value - low)) / (high - low || 1)).toFixed(1);
  const lines = strengths.map(({ system, rating: { value, interval } }, i) => {
    const y = 24 + 32 * i;
    const name = system.length > 19 ? `${system.slice(0, 18)}…` : system;
    return (
      `<text x="168" y="${y + 5}" text-anchor="end">${escapeMarkup(name)}</text>` +
      `<line x1="${across(interval.low)}" x2="${across(interval.high)}" y1="${y}" y2="${y}"/>` +
      `<circle cx="${across(value)}" cy="${y}" r="5"><title>${value.toFixed(0)}</title></circle>`
    );
  });
  return `<section class="scroll"><svg viewBox="0 0 700 ${16 + 32 * strengths.length}" role="img" aria-label="Ratings with their intervals">${lines.join('')}</svg></section>`;
}

const STYLE = `
:root { color-scheme: light dark; --page: #f6f6f3; --card: #fff; --ink: #1c1c1a; --soft: #5d5d58; --rule: #e2e2dc; --mark: #2563eb; }
@media (prefers-color-scheme: dark) {
  :root { --page: #141416; --card: #1e1e22; --ink: #ececf0; --soft: #a3a3ad; --rule: #33333a; --mark: #7ba7ff; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 17px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: clamp(1rem, 4vw, 3rem); }
h1 { font-size: clamp(1.5rem, 4vw, 2.2rem); overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 0 0 .75rem; }
section { background: var(--card); border: 1px solid var(--rule); border-radius: 14px; padding: clamp(.9rem, 3vw, 1.4rem); margin-bottom: 1.5rem; }
.scroll { overflow-x: auto; }
svg { display: block; width: 100%; min-width: 32rem; height: auto; font-size: 15px; fill: var(--ink); }
svg line { stroke: var(--mark); stroke-width: 2; }
svg circle { fill: var(--mark); }
table { border-collapse: collapse; width: 100%; font-size: .95rem; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .4rem .8rem; border-top: 1px solid var(--rule); white-space: nowrap; }
th:first-child { text-align: left; padding-left: 0; }
thead th { border-top: 0; color: var(--soft); font-weight: 500; }
p { color: var(--soft); margin: .75rem 0 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1rem; margin: 0; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
`;
