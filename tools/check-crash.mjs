/**
 * Kills the built `genai train` 50 times at seeded random moments (while it starts, trains and saves), resuming each time,
 * and asks that the losses and the files be those of a run that nobody interrupted, byte for byte. Then Ctrl-C: exit code
 * 130, everything saved, and the same on going on. `--seed N` chooses other moments.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { pnpm, root } from '../scripts/pnpm.mjs';

const KILLS = 50;
const FILES = ['log.jsonl', 'config.json', 'model.safetensors', 'state.safetensors', 'state.json'];
const JOURNAL = '.genai-journal.json';
const FOREVER = '1000000';
const bin = join(root, 'packages/cli/dist/bin.js');
const { values } = parseArgs({ options: { seed: { type: 'string', default: '1' } } });
const random = generator(Number(values.seed));
const folder = mkdtempSync(join(tmpdir(), 'genai-crash-'));

try {
  // Nothing to do if all is built already; a command of yesterday would prove nothing.
  const code = await pnpm(['exec', 'turbo', 'run', 'build', '--filter=@genai/cli...', '--output-logs=errors-only']);
  if (code !== 0) throw new Error('the command could not be built');
  writeFileSync(join(folder, 'digits.idx'), digits(90, 8));
  writeFileSync(
    join(folder, 'tiny.json'),
    JSON.stringify({ parts: { hidden: [16], latents: 2 }, training: { batch: 9 } }),
  );
  await killed();
  await stopped();
} catch (error) {
  console.error(`FAILED ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function killed() {
  mkdirSync(join(folder, 'killed'));
  const found = { start: 0, train: 0, save: 0, midway: 0 };
  let reached = 0;
  for (let kill = 1; kill <= KILLS; kill++) {
    const moment = kill % 10 === 0 ? 'start' : kill % 2 === 0 ? 'train' : 'save';
    const child = start('killed', '--steps', FOREVER, '--save-steps', '3', '--resume');
    await until(child, moment);
    child.process.kill('SIGKILL');
    const { code, signal } = await child.ended;
    const where = `kill ${kill} of ${KILLS}, while it was to ${moment}`;
    if (signal !== 'SIGKILL')
      throw new Error(`${where}: the command ended by itself, exit code ${code}:\n${child.said()}`);
    const step = Number(/going on after step (\d+)/.exec(child.said())?.[1] ?? 0);
    if (moment !== 'start' && step < reached) throw new Error(`${where}: it went back from step ${reached} to ${step}`);
    reached = Math.max(reached, step);
    found[moment]++;
    if (readdirSync(join(folder, 'killed')).some((name) => name.startsWith('.genai-'))) found.midway++;
  }
  // A test of saving that never met a half-made save would have no force.
  if (found.midway < 5) throw new Error(`only ${found.midway} of ${KILLS} kills fell into a save`);
  if (reached < KILLS) throw new Error(`the killed run came only to step ${reached}`);
  const steps = String(reached + 60); // more than was ever made and lost
  await finish('killed', steps, '--resume');
  await finish('whole', steps);
  compare('killed', 'whole', `after ${KILLS} times SIGKILL`);
  const { start: starting, train, save, midway } = found;
  console.log(
    `${KILLS} times SIGKILL (${starting} starting, ${train} training, ${save} saving; ${midway} left a save half made): ` +
      `the ${steps} losses and all files are those of an uninterrupted run, byte for byte`,
  );
}

async function stopped() {
  mkdirSync(join(folder, 'stopped'));
  const child = start('stopped', '--steps', FOREVER, '--save-steps', '3');
  await until(child, 'train');
  child.process.kill('SIGINT');
  const { code, signal } = await child.ended;
  if (code !== 130) throw new Error(`SIGINT: exit code ${code ?? signal}, expected 130:\n${child.said()}`);
  const last = JSON.parse(child.printed().trim().split('\n').at(-1));
  if (last.ok !== false || last.error?.name !== 'Stopped') throw new Error(`SIGINT: got ${JSON.stringify(last)}`);
  for (const name of FILES) {
    if (!existsSync(join(folder, 'stopped', name))) throw new Error(`SIGINT: ${name} was not saved`);
  }
  const saved = JSON.parse(readFileSync(join(folder, 'stopped', 'state.json'), 'utf8')).step;
  if (saved !== last.steps) throw new Error(`SIGINT: step ${saved} was saved, ${last.steps} were made`);
  const steps = String(saved + 20);
  await finish('stopped', steps, '--resume');
  await finish('unstopped', steps);
  compare('stopped', 'unstopped', 'after SIGINT');
  console.log(`SIGINT: exit code 130, saved at step ${saved}; after going on, byte for byte the uninterrupted run`);
}

/** Begins the command; what it says is kept. The same words begin a run and, with --resume, go on with it. */
function start(out, ...more) {
  const argv = ['train', 'vae', '--data', 'digits.idx', '--config', 'tiny.json', '--seed', '5', '--backend', 'cpu'];
  const child = spawn(process.execPath, [bin, ...argv, '--out', out, '--json', ...more], { cwd: folder });
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) child[name].on('data', (part) => (text[name] += part));
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  return { process: child, out, ended, said: () => text.stderr, printed: () => text.stdout };
}

async function finish(out, steps, ...more) {
  const child = start(out, '--steps', steps, ...more);
  const { code, signal } = await child.ended;
  if (code !== 0) throw new Error(`${out}: exit code ${code ?? signal}, expected 0:\n${child.said()}`);
}

/** Waits for a random moment of the kind that is asked for, or until the command ends. */
async function until(child, moment) {
  if (moment === 'start') return delay(random(400));
  // Counted in what the command has done, not in time, so that a slow machine meets the same moments.
  const saves = 1 + random(3); // it trains some steps in any case
  const moves = 1 + random(16); // files of a save come and go under names of their own, a dozen moves or more
  const training = random(40);
  let [saved, moved] = [0, 0];
  const watcher = watch(join(folder, child.out));
  const reached = new Promise((resolve) => {
    watcher.on('change', (_, name) => {
      if (saved >= saves && name?.startsWith('.genai-') && name !== JOURNAL && ++moved === moves) resolve();
      if (name === 'state.json' && ++saved === saves && moment === 'train') resolve();
    });
  });
  await Promise.race([reached, child.ended]);
  watcher.close();
  if (moment === 'train') await delay(training);
}

function compare(one, other, when) {
  const read = (out, name) => readFileSync(join(folder, out, name));
  const [losses, expected] = [one, other].map((out) => read(out, 'log.jsonl').toString().split('\n'));
  const line = losses.findIndex((text, i) => text !== expected[i]);
  if (line >= 0) throw new Error(`${when}, line ${line + 1} of log.jsonl: ${losses[line]}, expected ${expected[line]}`);
  for (const name of FILES) {
    if (!read(one, name).equals(read(other, name))) throw new Error(`${when}, ${name} has other bytes than without`);
  }
  const extra = readdirSync(join(folder, one)).filter((name) => !FILES.includes(name));
  if (extra.length > 0) throw new Error(`${when}, these files were left over: ${extra.join(', ')}`);
}

/** An IDX file of `count` synthetic digits: ones and zeros of random place and strength. */
function digits(count, side) {
  const bytes = Buffer.alloc(16 + count * side * side);
  for (const [i, word] of [0x0803, count, side, side].entries()) bytes.writeUInt32BE(word, 4 * i);
  for (let n = 0; n < count; n++) {
    const [left, top, ink, zero] = [1 + random(side - 4), 1 + random(2), 128 + random(128), random(2)];
    for (let y = 0; y < 5; y++) {
      for (let x = 0; x < 3; x++) {
        const inside = zero ? x !== 1 || y === 0 || y === 4 : x === 1;
        if (inside) bytes[16 + (n * side + top + y) * side + left + x] = ink;
      }
    }
  }
  return bytes;
}

/** Integers below what is asked for, the same for the same seed (mulberry32). */
function generator(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t ^= t + Math.imul(t ^ (t >>> 7), 61 | t);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}
