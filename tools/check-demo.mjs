/** Runs `genai demo --quick` from the built packages and checks that all its files are there and true to their kind. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47]);
const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'genai-demo-'));
try {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'packages/cli/dist/bin.js'), 'demo', '--quick', '--json', '--out', join(folder, 'demo')],
    { cwd: join(root, 'packages/cli'), encoding: 'utf8', timeout: 300_000 },
  );
  const result = JSON.parse(stdout.trim().split('\n').at(-1) || '{}');
  if (status !== 0 || result.ok !== true) throw new Error(`exit code ${status}\n${stdout}${stderr}`);
  if (!/^simd \(.+, \d+ threads?\)$/.test(result.engine)) throw new Error(`ran on ${result.engine}, not on simd`);
  const read = (name) => readFileSync(join(folder, 'demo', name));
  for (const name of ['samples.png', 'reconstructions.png', 'walk.png', 'denoised.png']) {
    if (!read(name).subarray(0, 4).equals(PNG)) throw new Error(`${name} is not a PNG`);
  }
  if (!read('loss.svg').includes('</svg>')) throw new Error('loss.svg is not an SVG');
  const html = read('report.html').toString();
  if (!html.includes('data:image/png;base64,') || /(?:src|href)="https?:/.test(html)) {
    throw new Error('report.html is not self-contained');
  }
  const scores = JSON.parse(read('scores.json').toString());
  if (!Number.isFinite(scores.heldOut?.elbo?.nats) || !Number.isFinite(scores.heldOut?.importanceWeightedNll?.nats)) {
    throw new Error(`scores.json lacks the held-out ELBO and NLL: ${JSON.stringify(scores)}`);
  }
  console.log(
    `genai demo --quick: ${result.files.length} files in ${Math.round(result.seconds)} s on ${result.engine}`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
