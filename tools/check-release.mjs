/**
 * Proves a release from end to end, in a copy of the tree and against an empty registry of this machine: changeset, versions,
 * changelogs, a publication that is killed half way and resumed, packages that install alone and run their examples, a change,
 * a second publication, and an older client beside a newer sibling. The packages must be built; nothing of the tree is touched.
 *
 * `--full NAME…` then also tries these packages with every package manager, Node, bundler and TypeScript (see try-published.mjs).
 */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { root } from '../scripts/pnpm.mjs';
import { startRegistry } from './local-registry.mjs';
import { publishedPackages } from './pack.mjs';
import { tryAlone, tryCreate, tryEverywhere, tryOlderClient } from './try-published.mjs';

const SMALL = 'core';
const LARGE = 'vae';
const MARK = '/* the change of the second release */';
const { values, positionals } = parseArgs({ allowPositionals: true, options: { full: { type: 'boolean' } } });
const changesets = join(root, 'node_modules/@changesets/cli/bin.js');
const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const workshop = mkdtempSync(join(tmpdir(), 'genai-release-'));
const tree = join(workshop, 'tree');
const names = publishedPackages().map(({ folder }) => basename(folder));
let registry;
let faults = 0;

try {
  copyTree();
  registry = await startRegistry(join(workshop, 'registry'));
  ok('an empty registry runs');
  const env = publisher();

  const first = version('minor', 'The first release of this check.');
  await killHalfWay(env);
  publish(env);
  await inspectPublished(first);
  const projects = { folder: workshop, registry };
  for (const name of [SMALL, LARGE]) await attempt(() => tryAlone({ ...projects, name, version: first }));

  const changed = join(tree, 'packages', SMALL, 'dist/index.js');
  writeFileSync(changed, `${readFileSync(changed, 'utf8')}\n${MARK}\n`);
  const second = version('patch', 'A change of core alone.');
  publish(env);
  await inspectPublished(second);
  await attempt(() =>
    tryOlderClient({ ...projects, client: LARGE, sibling: SMALL, older: first, newer: second, mark: MARK }),
  );
  const templates = values.full ? ['node', 'vite', 'page'] : ['node'];
  await attempt(() => tryCreate({ ...projects, version: second, templates }));
  if (values.full) {
    for (const name of positionals.length > 0 ? positionals : names) {
      await attempt(() => tryEverywhere({ ...projects, name, version: second }));
    }
  }
} catch (error) {
  fail(error.stack);
} finally {
  registry?.stop();
  rmSync(workshop, { recursive: true, force: true, maxRetries: 5 });
}
process.exit(faults > 0 ? 1 : 0);

/** What git knows or would add, with what is built: a repository of its own whose packages find their siblings. */
function copyTree() {
  const unbuilt = names.filter((name) => !existsSync(join(root, 'packages', name, 'dist')));
  if (unbuilt.length > 0) throw new Error(`not built: ${unbuilt.join(', ')}. Run \`npm test -- build\` first.`);
  const files = must('git', ['ls-files', '-coz', '--exclude-standard'], { cwd: root }).split('\0');
  for (const file of files) {
    if (!file || !existsSync(join(root, file)) || /^packages\/\w+\/(src|test|golden)\//.test(file)) continue;
    mkdirSync(dirname(join(tree, file)), { recursive: true });
    cpSync(join(root, file), join(tree, file));
  }
  for (const { folder, json } of publishedPackages()) {
    const copy = join(tree, 'packages', basename(folder));
    cpSync(join(folder, 'dist'), join(copy, 'dist'), { recursive: true });
    const siblings = Object.keys({ ...json.dependencies, ...json.devDependencies }).filter((name) =>
      name.startsWith('@genai/'),
    );
    mkdirSync(join(copy, 'node_modules/@genai'), { recursive: true });
    for (const name of siblings) {
      symlinkSync(join(tree, 'packages', basename(name)), join(copy, 'node_modules', name), 'junction');
    }
  }
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'), 'junction');
  git('init', '--quiet', '--initial-branch=main');
  git('config', 'user.name', 'check'); // of commits and tags, on a machine that names nobody
  git('config', 'user.email', 'check@localhost');
  keep('the tree');
}

/** Describes a change and turns the descriptions into versions and changelogs; all packages must have the same version. */
function version(bump, words) {
  const before = readVersions();
  writeFileSync(join(tree, '.changeset/check.md'), `---\n'@genai/${SMALL}': ${bump}\n---\n\n${words}\n`);
  must(process.execPath, [changesets, 'version']);
  const after = readVersions();
  const [one, ...others] = new Set(after);
  if (others.length > 0) throw new Error(`packages have several versions: ${[one, ...others].join(', ')}`);
  // A peer dependency on a sibling would make every minor release a major one (see onlyUpdatePeerDependentsWhenOutOfRange).
  if (one.split('.')[0] !== before[0].split('.')[0]) fail(`a ${bump} change made ${before[0]} ${one}`);
  if (one === before[0]) throw new Error(`\`changeset version\` left the version at ${one}`);
  const changelog = readFileSync(join(tree, 'packages', SMALL, 'CHANGELOG.md'), 'utf8');
  if (!changelog.includes(`## ${one}`) || !changelog.includes(words))
    fail(`the changelog of ${SMALL} lacks the change`);
  const client = readFileSync(join(tree, 'packages', LARGE, 'CHANGELOG.md'), 'utf8');
  const [, entry] = client.split(/^## /m);
  if (!entry.startsWith(one) || !entry.includes(`@genai/${SMALL}@${one}`)) {
    fail(`the changelog of ${LARGE} does not say that it now takes ${SMALL} ${one}`);
  }
  if (existsSync(join(tree, '.changeset/check.md'))) fail('`changeset version` left a description behind');
  keep(`version ${one}`);
  ok(`\`changeset version\`: ${before[0]} → ${one}, one version for ${after.length} packages, changelogs say why`);
  return one;
}

/** Publishes until a few packages are out, and ends that as a power cut would. */
async function killHalfWay(env) {
  const child = spawn(process.execPath, [changesets, 'publish'], {
    cwd: tree,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
  const left = new Promise((resolve) => child.once('exit', resolve));
  while (registry.published().length < 2 && child.exitCode === null) await sleep(20);
  const early = child.exitCode !== null;
  if (!early) process.kill(-child.pid, 'SIGKILL');
  await left;
  const out = registry.published().length;
  if (early || out === 0 || out >= names.length)
    throw new Error(`nothing to resume: ${out} packages were published\n${said}`);
  ok(`a publication is killed with ${out} of ${names.length} packages out`);
}

function publish(env) {
  const before = tarballs();
  const out = must(process.execPath, [changesets, 'publish'], { env });
  const again = must(process.execPath, [changesets, 'publish'], { env });
  if (!/No unpublished projects/i.test(again))
    fail(`\`changeset publish\` finds something to publish twice:\n${again}`);
  must(process.execPath, [changesets, 'tag']);
  const [tags, expected] = [git('tag', '--points-at', 'HEAD').trim().split('\n').length, names.length];
  if (tags !== expected) fail(`${tags} tags of git, expected ${expected}`);
  const twice = before.filter(([name, version, sum]) => registry.sums(name)[version] !== sum);
  if (twice.length > 0) fail(`published twice: ${twice.join('; ')}`);
  const count = (out.match(/New tag:/g) ?? []).length;
  ok(
    `\`changeset publish\` publishes the ${count} that were missing and leaves the others; \`changeset tag\`: ${tags} tags`,
  );
}

/** What the registry has of every package at `version`: ranges of siblings, conditions of exports, files. */
async function inspectPublished(version) {
  for (const name of names) {
    const response = await fetch(`${registry.url}@genai%2f${name}`, { headers: { connection: 'close' } }); // we blocked since
    const json = (await response.json()).versions?.[version];
    if (!json) {
      fail(`${name} ${version} is not published`);
      continue;
    }
    const all = { ...json.dependencies, ...json.peerDependencies, ...json.optionalDependencies };
    for (const [other, range] of Object.entries(all)) {
      const wanted = other.startsWith('@genai/') && other in json.dependencies ? `^${version}` : range;
      if (range !== wanted || /^(workspace|file|link|catalog):/.test(range)) fail(`${name}: ${other} is "${range}"`);
    }
    if (JSON.stringify(json.exports).includes('@genai/source')) fail(`${name}: exports name the sources`);
    if (!json.license || !json.engines?.node) fail(`${name}: no licence or no engines`);
    if (json.publishConfig?.access && json.publishConfig.access !== 'public') fail(`${name}: is not public`);
    if (json.publishConfig?.registry) fail(`${name}: names a registry, so that it cannot be published to another`);
    if (json.scripts?.install || json.scripts?.postinstall) fail(`${name}: has an install script`);
  }
  ok(`every package stands at ${version} with siblings of ^${version}, without sources, scripts and registries`);
}

/** The environment of one who publishes: the pinned pnpm first in the path, the registry and token of this check alone. */
function publisher() {
  const find = ['--yes', `--package=${packageManager}`, '--', process.execPath, '-p', 'process.env.PATH'];
  const path = must('npx', find, { cwd: root }).trim();
  const npmrc = join(workshop, 'publisher.npmrc');
  writeFileSync(npmrc, registry.publishing);
  const rest = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_config_/i.test(name)));
  return {
    ...rest,
    PATH: [path, rest.PATH].join(delimiter),
    CI: 'true',
    npm_config_registry: registry.url,
    NPM_CONFIG_USERCONFIG: npmrc,
  };
}

/** Name, version and sum of all that is out. */
function tarballs() {
  return registry.published().flatMap((name) => Object.entries(registry.sums(name)).map((entry) => [name, ...entry]));
}

function readVersions() {
  return names.map((name) => JSON.parse(readFileSync(join(tree, 'packages', name, 'package.json'), 'utf8')).version);
}

function keep(message) {
  git('add', '--all');
  git('commit', '--quiet', '--no-verify', '-m', message);
}

function git(...args) {
  return must('git', ['-c', 'core.hooksPath=', '-c', 'commit.gpgsign=false', '-c', 'tag.gpgsign=false', ...args]);
}

function must(program, args, { cwd = tree, env = process.env } = {}) {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    env,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    timeout: 300_000,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${program} ${args.slice(0, 3).join(' ')} … exited ${status}\n${stdout}${stderr}`);
  return stdout + (program === process.execPath ? stderr : '');
}

/** One fault does not hide the next. */
async function attempt(check) {
  try {
    for (const line of await check()) ok(line);
  } catch (error) {
    fail(error.stack);
  }
}

function ok(text) {
  console.log(`ok     ${text}`);
}

function fail(text) {
  faults++;
  console.error(`FAILED ${text}`);
}
