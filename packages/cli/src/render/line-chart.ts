import { escapeMarkup } from './escape-markup.js';

/** One line of a chart. */
export interface Series {
  readonly name: string;
  /** (x, y) in growing x. Points that are not finite are left out. */
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Mark every point: for series with few of them. */
  readonly marks?: boolean;
}

export interface LineChartOptions {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly series: readonly Series[];
}

const WIDTH = 720;
const HEIGHT = 360;
const AREA = { left: 64, right: WIDTH - 16, top: 44, bottom: HEIGHT - 52 };
const COLOURS = [
  { light: '#2563eb', dark: '#7ba7ff' },
  { light: '#d9480f', dark: '#ffa06b' },
  { light: '#2b8a3e', dark: '#69db7c' },
  { light: '#862e9c', dark: '#da9cf0' },
  { light: '#0b7285', dark: '#66d9e8' },
  { light: '#a61e4d', dark: '#faa2c1' },
  { light: '#5c940d', dark: '#c0eb75' },
  { light: '#495057', dark: '#ced4da' },
] as const;

/**
 * A line chart as a self-contained SVG that follows the reader's light or dark scheme.
 *
 * The first moments of training are far above the rest: the y axis covers all but the highest fiftieth of the values,
 * and lines above it are cut off.
 *
 * @example
 * await writeFile('loss.svg', lineChart({ title: 'Loss', x: 'step', y: 'nats', series: [{ name: 'train', points }] }));
 */
export function lineChart({ title, x, y, series }: LineChartOptions): string {
  const lines = series.map((s) => ({
    ...s,
    points: s.points.filter(([a, b]) => Number.isFinite(a) && Number.isFinite(b)),
  }));
  const xs = ticks(0, Math.max(1, ...lines.flatMap((s) => s.points.map(([a]) => a))), 6);
  const [low, high] = range(lines.flatMap((s) => s.points.map(([, b]) => b)));
  const ys = ticks(low, high, 5);
  const across = scale(0, Math.max(1, ...lines.flatMap((s) => s.points.map(([a]) => a))), AREA.left, AREA.right);
  const up = scale(low, high, AREA.bottom, AREA.top);
  const at = ([a, b]: readonly [number, number]) => `${round(across(a))},${round(up(b))}`;
  const grid = ys.map(
    (v) =>
      `<line class="grid" x1="${AREA.left}" x2="${AREA.right}" y1="${round(up(v))}" y2="${round(up(v))}"/>` +
      `<text x="${AREA.left - 8}" y="${round(up(v) + 4)}" text-anchor="end">${label(v)}</text>`,
  );
  const feet = xs.map(
    (v) => `<text x="${round(across(v))}" y="${AREA.bottom + 20}" text-anchor="middle">${label(v)}</text>`,
  );
  const drawn = lines.map(
    (s, i) =>
      `<polyline class="line c${i % COLOURS.length}" points="${s.points.map(at).join(' ')}"/>` +
      (s.marks
        ? s.points
            .map(
              (p) =>
                `<circle class="mark c${i % COLOURS.length}" cx="${round(across(p[0]))}" cy="${round(up(p[1]))}" r="3"/>`,
            )
            .join('')
        : ''),
  );
  const { places, rows } = legendPlaces(
    title,
    lines.map((s) => s.name),
  );
  const legend = places.map(
    ({ name, x, y }, i) =>
      `<line class="line c${i % COLOURS.length}" x1="${round(x)}" x2="${round(x + 20)}" y1="${y}" y2="${y}"/>` +
      `<text x="${round(x + 26)}" y="${y + 4}">${escapeMarkup(name)}</text>`,
  );
  return [
    `<svg class="genai-chart" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT + rows * ROW}" role="img" aria-label="${escapeMarkup(title)}">`,
    `<style>${STYLE}</style>`,
    `<defs><clipPath id="genai-area"><rect x="${AREA.left}" y="${AREA.top - 2}" width="${AREA.right - AREA.left + 4}" height="${AREA.bottom - AREA.top + 4}"/></clipPath></defs>`,
    `<text class="title" x="${AREA.left}" y="27">${escapeMarkup(title)}</text>`,
    ...legend,
    ...grid,
    ...feet,
    `<text x="${(AREA.left + AREA.right) / 2}" y="${HEIGHT - 10}" text-anchor="middle">${escapeMarkup(x)}</text>`,
    `<text transform="translate(16 ${(AREA.top + AREA.bottom) / 2}) rotate(-90)" text-anchor="middle">${escapeMarkup(y)}</text>`,
    `<g clip-path="url(#genai-area)">${drawn.join('')}</g>`,
    '</svg>',
    '',
  ].join('\n');
}

type Place = { readonly name: string; readonly x: number; readonly y: number };

/** Where the names of the lines stand: to the right of the title, or where they find no room there in rows below the chart. */
function legendPlaces(
  title: string,
  names: readonly string[],
): { readonly places: readonly Place[]; readonly rows: number } {
  const shown = names.map((name) => (name.length > LONGEST ? `${name.slice(0, LONGEST - 1)}…` : name));
  const widths = shown.map((name) => 34 + name.length * 6.6);
  const room = AREA.right - AREA.left;
  const total = widths.reduce((sum, width) => sum + width, 0);
  const beside = title.length * 8 + total <= room;
  let x = beside ? AREA.right - total : AREA.left;
  let rows = 0;
  const places = shown.map((name, i): Place => {
    if (!beside && (i === 0 || x + widths[i]! > AREA.right)) {
      rows++;
      x = AREA.left;
    }
    const place = { name, x, y: beside ? 22 : HEIGHT - 6 + (rows - 0.5) * ROW };
    x += widths[i]!;
    return place;
  });
  return { places, rows };
}

/** Characters of a name, and the height of a row of names below the chart. */
const LONGEST = 80;
const ROW = 22;

/** From the least to all but the highest fiftieth, with a little air. */
function range(values: number[]): [number, number] {
  if (values.length === 0) return [0, 1];
  const sorted = values.sort((a, b) => a - b);
  const low = sorted[0]!;
  const high = sorted[Math.max(0, Math.ceil(sorted.length * 0.98) - 1)]!;
  const air = (high - low || Math.abs(high) || 1) * 0.05;
  return [low - air, high + air];
}

/** About `count` round numbers between `low` and `high`. */
export function ticks(low: number, high: number, count: number): number[] {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((m) => m * power >= rough) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

const scale =
  (from: number, to: number, low: number, high: number) =>
  (value: number): number =>
    low + ((value - from) / (to - from)) * (high - low);

const round = (value: number): string => String(Math.round(value * 10) / 10);
const label = (value: number): string => (Math.abs(value) >= 10_000 ? `${value / 1000}k` : String(value));

// Every rule starts with the chart's own class: inside an HTML page a style element of an SVG holds for the whole page.
const colours = (scheme: 'light' | 'dark'): string =>
  COLOURS.map((c, i) => `.genai-chart .c${i}{stroke:${c[scheme]}}.genai-chart .mark.c${i}{fill:${c[scheme]}}`).join('');
const STYLE = [
  '.genai-chart{font:13px system-ui,sans-serif}',
  '.genai-chart text{fill:#555}.genai-chart .title{font-weight:600;font-size:15px;fill:#111}',
  '.genai-chart .grid{stroke:#8884;stroke-width:1}',
  '.genai-chart .line{fill:none;stroke-width:2;stroke-linejoin:round}',
  colours('light'),
  `@media (prefers-color-scheme:dark){.genai-chart text{fill:#aaa}.genai-chart .title{fill:#eee}${colours('dark')}}`,
].join('');
