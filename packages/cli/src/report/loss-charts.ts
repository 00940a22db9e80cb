import { lineChart } from '../render/line-chart.js';
import type { Exhibit } from './exhibit.js';

/** A chart for each kind of loss, with a line for each model that was trained by it. SVG. */
export function lossCharts(exhibits: readonly Exhibit[]): readonly string[] {
  const kinds = new Map<string, Exhibit[]>();
  for (const exhibit of exhibits) {
    const { metric, unit } = exhibit.headline;
    const kind = unit === '' ? metric : `${metric}, ${unit}`;
    if (exhibit.losses) kinds.set(kind, [...(kinds.get(kind) ?? []), exhibit]);
  }
  return Array.from(kinds, ([kind, group]) =>
    lineChart({
      title: `Training: ${kind}`,
      x: 'step',
      y: kind,
      series: group.map(({ folder, losses }) => ({ name: folder, points: losses!.points })),
    }),
  );
}
