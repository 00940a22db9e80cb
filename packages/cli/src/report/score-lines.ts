import type { Interval } from '@genai/eval';
import type { MeasuredModel } from '../model/measure-model.js';
import type { Measurement } from '../model/trainable.js';
import { number } from '../progress.js';

/** What was measured as lines for people: of one model `name  value`, of several a table with a column for each. */
export function scoreLines(folders: readonly string[], models: readonly MeasuredModel[], count: number): string {
  const names = [...new Set(models.flatMap(({ scores }) => Object.keys(scores)))];
  const cell = ({ scores }: MeasuredModel, name: string): string => {
    const score = scores[name];
    if (score === undefined) return '–';
    return score.interval ? `${meanText(score)} (${intervalText(score.interval)})` : meanText(score);
  };
  const rows = names.map((name) => [name, ...models.map((model) => cell(model, name))]);
  const table = models.length > 1 ? [['', ...folders], ...rows] : rows;
  const widths = table[0]?.map((_, i) => Math.max(...table.map((row) => row[i]!.length))) ?? [];
  const aligned = models.length > 1 ? table.map((row) => row.map((text, i) => text.padEnd(widths[i]!))) : table;
  const lines = aligned.map((row) => `${row.join('  ').trimEnd()}\n`);
  const [seen] = models.filter(({ features }) => features !== undefined);
  if (seen !== undefined) {
    const samples = seen.drawn === count ? 'as many' : String(seen.drawn);
    lines.push(`on ${seen.features}, ${count} images and ${samples} samples\n`);
  }
  return lines.join('');
}

/** `3.21 ± 0.02 nats`. */
export function meanText({ mean, standardError, unit }: Measurement): string {
  const error = standardError === undefined ? '' : ` ± ${number(standardError)}`;
  return `${number(mean)}${error} ${unit}`.trimEnd();
}

/** `3.17 to 3.25`. */
export function intervalText({ low, high }: Interval): string {
  return `${number(low)} to ${number(high)}`;
}
