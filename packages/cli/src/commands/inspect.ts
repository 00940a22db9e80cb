import { type Inspection, inspectPath } from '../formats/inspect-path.js';
import type { Io } from '../io.js';
import type { Outcome } from '../outcome.js';

export interface InspectCommandOptions {
  readonly source: string;
  /** Whether every tensor is listed; with `json` they always are. */
  readonly tensors?: boolean;
  readonly json?: boolean;
}

/** `genai inspect`: what a model is, without an engine and without making it. */
export async function inspecting({ source, tensors, json }: InspectCommandOptions, io: Io): Promise<Outcome> {
  const found = await inspectPath(source, io.cwd, io.signal);
  if (!json) {
    for (const [name, value] of shownFacts(found)) io.stdout.write(`${name.padEnd(11)} ${value}\n`);
    if (tensors) {
      for (const { name, type, shape } of found.tensors)
        io.stdout.write(`  ${type.padEnd(5)} [${shape.join(', ')}]  ${name}\n`);
    }
  }
  return { details: { ...found } };
}

function shownFacts({ format, bytes, parameters, types, config, tokenizer, metadata }: Inspection): [string, string][] {
  const number = (x: number): string => x.toLocaleString('en');
  const list = (record: object): string =>
    Object.entries(record)
      .map(([name, value]) => `${name} ${Number.isInteger(value) ? number(value as number) : short(value)}`)
      .join(', ');
  return [
    ['format', format],
    ['size', `${number(bytes)} bytes`],
    ['parameters', number(parameters)],
    ['types', list(types)],
    ...(config ? [['config', list(config)] as [string, string]] : []),
    ...(tokenizer ? [['tokenizer', list(tokenizer)] as [string, string]] : []),
    ...(metadata && Object.keys(metadata).length > 0 ? [['metadata', list(metadata)] as [string, string]] : []),
  ];
}

function short(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const line = text.replace(/\s+/g, ' ');
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}
