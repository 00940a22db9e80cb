import { escapeMarkup } from '../render/escape-markup.js';
import { htmlFacts, htmlPage } from '../render/html-page.js';
import type { Judgement } from './judgement-of.js';
import { judgementFacts, judgementTables, type Table } from './judgement-tables.js';

/** One self-contained page of a judgement: nothing is requested, it follows light and dark and fits a phone. */
export function judgementHtml(judgement: Judgement, title: string): string {
  return htmlPage({
    title,
    summary: 'What people preferred, blind, in random order.',
    body: [
      intervals(judgement),
      ...judgementTables(judgement).map(tableOf),
      `<section>${htmlFacts(judgementFacts(judgement))}</section>`,
    ],
  });
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
${note === undefined ? '' : `<small>${escapeMarkup(note)}</small>`}
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
      `<line x1="${across(interval.low)}" x2="${across(interval.high)}" y1="${y}" y2="${y}" stroke="#3c78d8" stroke-width="2"/>` +
      `<circle cx="${across(value)}" cy="${y}" r="5" fill="#3c78d8"><title>${value.toFixed(0)}</title></circle>`
    );
  });
  return `<section><div class="chart"><svg viewBox="0 0 700 ${16 + 32 * strengths.length}" fill="currentColor" stroke="none" font-size="15" role="img" aria-label="Ratings with their intervals">${lines.join('')}</svg></div></section>`;
}
