import type { Tree } from '@genai/core';
import type { ColumnDescription } from '@genai/data';
import { affineMap, type ConditionalFlow, composedMap, type Flow, maf, rationalQuadraticMap } from '@genai/flow';
import type { Tensor } from '@tensorflow/tfjs-core';
import { UsageError } from '../../usage-error.js';
import { denseWeights, expectSize } from '../expect-size.js';
import { type RowFlow, rowFlow } from './row-flow.js';
import { type RowLayout, rowLayout } from './row-layout.js';
import type { TableConfig, TableParts } from './table-config.js';

export interface BuiltTable {
  readonly model: RowFlow<Tree<Tensor>>;
  readonly layout: RowLayout;
  /** The columns that are drawn, and those that are given. */
  readonly columns: readonly ColumnDescription[];
  readonly given: readonly ColumnDescription[];
}

/**
 * The model that a configuration describes.
 *
 * @throws UsageError if a column that is to be given is not there, none is left to draw, or the nets are larger than any that could
 * be trained.
 */
export function buildTable({
  preset,
  parts,
  data: { table },
}: Pick<TableConfig, 'preset' | 'parts' | 'data'>): BuiltTable {
  const names = table.columns.map(({ name }) => name);
  const unknown = parts.given.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`there is no column "${unknown}" to be given. Known: ${names.join(', ')}.`);
  }
  const unscaled = table.columns.find((column) => column.kind === 'number' && column.scale.kind !== 'standard');
  if (unscaled) {
    throw new UsageError(
      `the scale of column "${unscaled.name}" must be "standard": densities are in units of columns.`,
    );
  }
  const columns = table.columns.filter(({ name }) => !parts.given.includes(name));
  if (columns.length === 0) throw new UsageError(`${preset} is given every column. Leave at least one to be drawn.`);
  const layout = rowLayout(columns);
  if (layout.places.length === 1 && parts.given.length === 0) {
    throw new UsageError(`${preset} learns how columns hang together, the data have one. Add another.`);
  }
  const given = parts.given.map((name) => table.columns.find((column) => column.name === name)!);
  const context = given.reduce((sum, column) => sum + widthOf(column), 0);
  const features = layout.places.length;
  const outputs = features * (parts.kind === 'spline' ? 3 * parts.bins + 1 : 2);
  const parameters = parts.transforms * denseWeights([features + context, ...parts.hidden, outputs]);
  expectSize([features], { layers: parts.transforms * parts.hidden.length, parameters });
  return { model: modelOf(parts, layout, context), layout, columns, given };
}

/** Features of a column in the context: those of a codec. */
function widthOf(column: ColumnDescription): number {
  return (column.kind === 'category' ? column.values.length : 1) + Number(column.missing);
}

function modelOf(parts: TableParts, layout: RowLayout, context: number): RowFlow<Tree<Tensor>> {
  const { transforms, hidden } = parts;
  // A spline is the identity beyond its bound: what one column says of the scale of another reaches the tails by the affine map.
  const map =
    parts.kind === 'affine'
      ? affineMap()
      : composedMap(affineMap(), rationalQuadraticMap({ bins: parts.bins, bound: parts.bound }));
  const options = { features: layout.places.length, transforms, hidden, map };
  if (context === 0) {
    const density = maf(options) as unknown as Flow<Tree<Tensor>>; // only given parameters of its own
    return rowFlow(() => density, layout, density.init);
  }
  const density = maf({ ...options, context }) as unknown as ConditionalFlow<Tree<Tensor>>;
  return rowFlow((rows) => density.at(rows!), layout, density.init);
}
