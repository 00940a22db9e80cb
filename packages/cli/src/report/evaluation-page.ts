import { versions } from '../model/versions.js';
import { number } from '../progress.js';
import { escapeMarkup } from '../render/escape-markup.js';
import { type Facts, htmlFacts, htmlPage } from '../render/html-page.js';
import type { Exhibit } from './exhibit.js';
import { lossCharts } from './loss-charts.js';
import { sampleSections } from './sample-sections.js';
import { scoreTable } from './score-table.js';

export interface EvaluationPageOptions {
  /** The data as they were named on the command line. */
  readonly spec: string;
  /** Examples held out that were measured, of a text its characters. */
  readonly count: number;
  readonly engine: string;
  readonly seed: number;
}

/** The page of `genai eval --report`: models measured on the same data, side by side. */
export function evaluationPage(exhibits: readonly Exhibit[], options: EvaluationPageOptions): string {
  const { spec, count, engine, seed } = options;
  const names = exhibits.map(({ folder }) => folder);
  const [first] = exhibits;
  const unit = UNITS[first?.config.family ?? ''] ?? 'images';
  const notes = exhibits.flatMap(({ folder, measured }) => measured.notes.map((note) => `${folder}: ${note}`));
  const features = exhibits.find(({ measured }) => measured.features !== undefined)?.measured.features;
  return htmlPage({
    title: names.length === 1 ? `Evaluation of ${names[0]}` : `${names.length} models compared`,
    summary: `${names.join(', ')}: measured on ${whole(count)} held-out ${unit} of ${spec}.`,
    body: [
      `<section>
<h2>Scores</h2>
${scoreTable(exhibits)}
<ul>
<li>${LEGEND}</li>
${notes.map((note) => `<li>${escapeMarkup(note)}</li>`).join('\n')}
</ul>
</section>`,
      ...sampleSections(exhibits),
      ...lossCharts(exhibits).map((chart) => `<figure><div class="chart">${chart}</div></figure>`),
      `<section class="columns">
${exhibits.map((exhibit) => `<div>\n<h2>${escapeMarkup(exhibit.folder)}</h2>\n${htmlFacts(factsOf(exhibit))}\n</div>`).join('\n')}
<div>
<h2>The measurement</h2>
${htmlFacts([
  ['Data', spec],
  ['Held out', `${whole(count)} ${unit}`],
  ...(features === undefined ? [] : [['Features', features] as const]),
  ['Engine', engine],
  ['Seed', String(seed)],
  ['Date', new Date().toISOString()],
  ...Object.entries(versions()),
])}
</div>
</section>`,
      ...exhibits.flatMap(({ folder, measured: { signatures } }) => {
        if (!signatures || Object.keys(signatures).length === 0) return [];
        return [
          `<section>\n<h2>What fixes the figures of ${escapeMarkup(folder)}</h2>\n${htmlFacts(Object.entries(signatures))}\n</section>`,
        ];
      }),
    ],
  });
}

/** What is counted of held-out data, by families that read no images. */
const UNITS: { readonly [family: string]: string } = { text: 'characters', table: 'rows' };

const LEGEND =
  '↓ lower is better, ↑ higher is better; ★ the best of the row. ± is a standard error over held-out examples, an interval holds the mean of 95 in 100 resamples of them.';

function factsOf({ config, measured, parameters, losses }: Exhibit): Facts {
  const { preset, family, data, training, versions: made } = config;
  return [
    ['Model', `${preset} (${family})`],
    ['Parameters', whole(parameters)],
    ['Trained on', data.spec],
    ...(losses ? [['Steps', whole(losses.steps)] as const] : []),
    ['Batch', String(training.batch)],
    ['Learning rate', number(training.learningRate)],
    ['Seed of training', String(training.seed)],
    ...(measured.drawn === undefined ? [] : [['Samples drawn', whole(measured.drawn)] as const]),
    ...Object.entries(made).map(([name, version]) => [`Made with ${name}`, version] as const),
  ];
}

const whole = (value: number): string => value.toLocaleString('en');
