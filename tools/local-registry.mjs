import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The newest Verdaccio for Node 20, and a version of node-fetch for the tag `cjs` that not every registry knows. */
const VERDACCIO = '6.8.0';
const OVERRIDES = { 'node-fetch': '2.7.0' };

/**
 * Starts an empty registry of npm for packages of @genai alone: Verdaccio without an uplink, in `folder`. All else comes from the
 * registry this machine has configured, so that nothing here knows or names that.
 *
 * `settings` are the lines of an .npmrc that finds @genai there; `publishing` those of one who may publish; `published()` names
 * what it holds so far, `sums(name)` the sums of a package's files.
 */
export async function startRegistry(folder) {
  mkdirSync(folder, { recursive: true });
  const manifest = { private: true, dependencies: { verdaccio: VERDACCIO }, overrides: OVERRIDES };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--no-package-lock'];
  const { status, stderr } = spawnSync('npm', install, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`Verdaccio ${VERDACCIO} cannot be installed:\n${stderr}`);
  writeFileSync(join(folder, 'config.yaml'), config(folder));

  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  const program = join(folder, 'node_modules/verdaccio/bin/verdaccio');
  const server = spawn(process.execPath, [program, '--config', 'config.yaml', '--listen', host], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  const url = `http://${host}/`;
  try {
    await answers(`${url}-/ping`, server);
    const token = await signUp(url);
    return {
      url,
      settings: `@genai:registry=${url}\n`,
      publishing: `registry=${url}\n@genai:registry=${url}\n//${host}/:_authToken=${token}\n`,
      published: () => list(join(folder, 'storage/@genai')).filter((name) => holdsTarball(folder, name)),
      sums: (name) => sums(folder, name),
      stop: () => server.kill(),
    };
  } catch (error) {
    server.kill();
    throw error;
  }
}

function config(folder) {
  return `storage: ${JSON.stringify(join(folder, 'storage'))}
auth: { htpasswd: { file: ${JSON.stringify(join(folder, 'htpasswd'))}, algorithm: sha1 } }
packages: { '@genai/*': { access: $all, publish: $authenticated, unpublish: nobody } }
max_body_size: 100mb
web: { enable: false }
log: { type: stdout, level: fatal }
`;
}

async function answers(url, server) {
  for (let tries = 0; tries < 300; tries++) {
    if (server.exitCode !== null) break;
    if ((await fetch(url).catch(() => undefined))?.ok) return;
    await sleep(100);
  }
  throw new Error(`Verdaccio does not answer at ${url}`);
}

/** A user of this one run; the token is worth nothing elsewhere. */
async function signUp(url) {
  const name = 'maintainer';
  const response = await fetch(`${url}-/user/org.couchdb.user:${name}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, password: crypto.randomUUID() }),
  });
  const { token } = await response.json();
  if (!token) throw new Error(`Verdaccio gave no token: ${response.status}`);
  return token;
}

function holdsTarball(folder, name) {
  return list(join(folder, 'storage/@genai', name)).some((file) => file.endsWith('.tgz'));
}

function sums(folder, name) {
  const { versions } = JSON.parse(readFileSync(join(folder, 'storage/@genai', name, 'package.json'), 'utf8'));
  return Object.fromEntries(Object.entries(versions).map(([version, { dist }]) => [version, dist.shasum]));
}

function list(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
