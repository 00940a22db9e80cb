/** Writes the Markdown table beside every docs/results/NAME.json; `--check` only says which are out of date. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '..', 'docs', 'results');
const check = process.argv.includes('--check');
let stale = 0;
for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
  const text = table(file.slice(0, -5), JSON.parse(readFileSync(join(folder, file), 'utf8')));
  const path = join(folder, file.replace(/\.json$/, '.md'));
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
  stale++;
  if (check)
    console.error(`docs/results/${file.replace(/\.json$/, '.md')} is out of date: run node tools/make-results.mjs`);
  else writeFileSync(path, text);
}
process.exit(check && stale > 0 ? 1 : 0);

function table(name, rows) {
  const cell = (value) => String(value ?? '–').replaceAll('|', '\\|');
  const lines = rows.map((row) =>
    [
      row.what,
      `${row.metric} (${row.unit && `${row.unit}, `}${row.lowerIsBetter ? 'lower' : 'higher'} is better)`,
      row.published,
      row.ours,
    ]
      .concat(row.perSeed.join(', '), row.minutes)
      .map(cell)
      .join(' | '),
  );
  const notes = rows.map((row, i) => {
    const source = row.source ? ` Published figure: ${row.source}.` : '';
    return `${i + 1}. ${row.protocol}${source} \`${row.command}\`, ${row.date}, commit ${row.commit}, ${row.machine}.`;
  });
  return [
    `# ${name}`,
    '',
    `Generated from \`${name}.json\` by \`node tools/make-results.mjs\`.`,
    '',
    '| what | metric | published | ours | per seed | minutes |',
    '| --- | --- | --- | --- | --- | --- |',
    ...lines.map((line) => `| ${line} |`),
    '',
    ...notes,
    '',
  ].join('\n');
}
