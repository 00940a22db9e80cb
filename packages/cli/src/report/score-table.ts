import type { Measurement } from '../model/trainable.js';
import { escapeMarkup } from '../render/escape-markup.js';
import type { Exhibit } from './exhibit.js';
import { metricWords } from './metric-words.js';
import { intervalText, meanText } from './score-lines.js';

/** A table of all metrics, a column for each model, the best of each row marked. As HTML. */
export function scoreTable(exhibits: readonly Exhibit[]): string {
  const names = [...new Set(exhibits.flatMap(({ measured }) => Object.keys(measured.scores)))];
  const head = exhibits.map(
    ({ folder, config }) => `<th scope="col">${escapeMarkup(folder)}<small>${escapeMarkup(config.preset)}</small></th>`,
  );
  const rows = names.map((name) => {
    const scores = exhibits.map(({ measured }) => measured.scores[name]);
    const { better, about } = metricWords(name, scores.find((score) => score)!.unit);
    const best = bestOf(scores, better);
    const cells = scores.map((score) => cell(score, score !== undefined && score.mean === best));
    return `<tr><th scope="row">${escapeMarkup(name)} ${arrow(better)}<small>${escapeMarkup(about)}</small></th>${cells.join('')}</tr>`;
  });
  return `<div class="scroll"><table>
<thead><tr><th scope="col">metric</th>${head.join('')}</tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table></div>`;
}

function cell(score: Measurement | undefined, isBest: boolean): string {
  if (score === undefined) return '<td class="value">–</td>';
  const star = isBest ? ' <span role="img" aria-label="best">★</span>' : '';
  const interval = score.interval ? `<small>${escapeMarkup(intervalText(score.interval))}</small>` : '';
  return `<td class="value${isBest ? ' best' : ''}">${escapeMarkup(meanText(score))}${star}${interval}</td>`;
}

function arrow(better: 'lower' | 'higher' | undefined): string {
  if (better === undefined) return '';
  return `<span role="img" aria-label="${better} is better" title="${better} is better">${better === 'lower' ? '↓' : '↑'}</span>`;
}

/** Of at least two that are not all alike. */
function bestOf(
  scores: readonly (Measurement | undefined)[],
  better: 'lower' | 'higher' | undefined,
): number | undefined {
  const means = scores.flatMap((score) => (score && Number.isFinite(score.mean) ? [score.mean] : []));
  const [low, high] = [Math.min(...means), Math.max(...means)];
  if (means.length < 2 || low === high || better === undefined) return undefined;
  return better === 'lower' ? low : high;
}
