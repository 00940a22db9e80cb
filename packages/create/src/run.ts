import { relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { GenaiError } from '@genai/core';
import { createProject } from './create-project.js';
import { TEMPLATES, type Template } from './templates.js';

/** Where the command writes and where it stands. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  readonly cwd: string;
}

const USAGE = `usage: npm create @genai NAME -- [--template ${Object.keys(TEMPLATES).join('|')}]

${Object.entries(TEMPLATES)
  .map(([name, about]) => `  ${name.padEnd(6)}${about}${name === 'node' ? ' (default)' : ''}`)
  .join('\n')}
`;

/**
 * The command behind `npm create @genai`. Resolves to its exit code: 0, 1 if the project cannot be made, 2 if it was asked wrongly.
 *
 * @example
 * await run(['moons', '--template', 'vite'], { out: print, error: print, cwd: process.cwd() }); // 0
 */
export async function run(args: readonly string[], { out, error, cwd }: Terminal): Promise<number> {
  let asked: { values: { template?: string | undefined; help?: boolean | undefined }; positionals: string[] };
  try {
    asked = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { template: { type: 'string', short: 't' }, help: { type: 'boolean', short: 'h' } },
    });
  } catch (fault) {
    error(`${(fault as Error).message}\n${USAGE}`);
    return 2;
  }
  const { values, positionals } = asked;
  if (values.help) {
    out(USAGE);
    return 0;
  }
  const [name, ...rest] = positionals;
  if (name === undefined || rest.length > 0) {
    error(`${name === undefined ? 'a NAME is missing' : `one NAME is wanted, got also: ${rest.join(', ')}`}\n${USAGE}`);
    return 2;
  }
  const folder = resolve(cwd, name);
  try {
    const files = await createProject({ folder, template: (values.template ?? 'node') as Template });
    const place = relative(cwd, folder) || '.';
    const next = [...(place === '.' ? [] : [`cd ${place}`]), 'npm install', 'npm start'];
    out(`${files.map((file) => `  ${file}`).join('\n')}\n\nNext:\n${next.map((line) => `  ${line}`).join('\n')}\n`);
    return 0;
  } catch (fault) {
    if (!(fault instanceof GenaiError)) throw fault;
    error(`${fault.message}\n`);
    return 1;
  }
}
