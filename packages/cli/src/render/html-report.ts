import { escapeMarkup } from './escape-markup.js';
import { type Facts, type Figure, htmlFacts, htmlFigure, htmlPage } from './html-page.js';

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
  readonly facts: Facts;
  /** Files beside the page: names and what they hold. */
  readonly files: Facts;
}

/** The page of one run, as `htmlPage` makes it: pictures, charts, scores, facts. */
export function htmlReport({ title, summary, figures, scores, facts, files }: HtmlReportOptions): string {
  const rows = scores.map(
    ({ name, value, meaning }) =>
      `<tr><th scope="row">${escapeMarkup(name)}</th><td class="value">${escapeMarkup(value)}</td><td>${escapeMarkup(meaning)}</td></tr>`,
  );
  const pictures = figures.filter(({ image }) => typeof image !== 'string');
  const charts = figures.filter(({ image }) => typeof image === 'string');
  return htmlPage({
    title,
    summary,
    body: [
      `<section class="figures">\n${pictures.map(htmlFigure).join('\n')}\n</section>`,
      ...charts.map(htmlFigure),
      `<section>
<h2>Scores on held-out digits</h2>
<div class="scroll"><table>
<tbody>
${rows.join('\n')}
</tbody>
</table></div>
</section>`,
      `<section class="columns">
<div>
<h2>The run</h2>
${htmlFacts(facts)}
</div>
<div>
<h2>Files beside this page</h2>
${htmlFacts(files, { code: true })}
</div>
</section>`,
    ],
  });
}
