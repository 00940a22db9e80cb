/** Builds the web examples, and opens each from a plain static server under a sub-path: they train, and one does with the network off. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from '../apps/docs/scripts/serve.mjs';
import { chromium } from '../scripts/chromium.mjs';

const BASE = '/some/where/';
const PATIENCE = 120_000;
const root = join(import.meta.dirname, '..');
const examples = join(root, 'apps', 'examples');
const web = join(examples, 'web');

const executablePath = chromium();
if (!executablePath) {
  console.log('skipped: no Chromium found (install one, or name it in CHROMIUM)');
  process.exit(0);
}
const require = createRequire(join(examples, 'package.json'));
const vite = join(require.resolve('vite/package.json'), '..', 'bin', 'vite.js');
const playwright = require('playwright');
const args = ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking'];
const browser = await playwright.chromium.launch({ executablePath, args: [...args, '--disable-component-update'] });
const scratch = mkdtempSync(join(tmpdir(), 'genai-web-'));
let faults = 0;
try {
  const wanted = process.argv.slice(2);
  for (const [name, check] of Object.entries({ react, 'import-map': importMap, offline })) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    try {
      console.log(`ok     ${name}: ${await check()}`);
    } catch (error) {
      faults++;
      console.log(`FAILED ${name}: ${error instanceof Error ? error.message : error}`);
    }
  }
} finally {
  await browser.close();
  rmSync(scratch, { recursive: true, force: true });
}
process.exit(faults > 0 ? 1 : 0);

async function react() {
  await types('react');
  const told = await opened(await built('react'), async (page) => {
    await page.waitForSelector('[data-state=running]', { timeout: PATIENCE });
    const loss = await falls(page, '[data-test=loss]', 190); // 784 ln 2 = 543 before it has learnt anything
    expect(alive(page) === 1, `${alive(page)} workers are alive, expected 1`);
    await page.getByRole('button', { name: 'Keep' }).click();
    await page.getByText('is kept in this browser').waitFor({ timeout: PATIENCE });
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.waitForSelector('[data-state=paused]');
    await page.waitForTimeout(1_000); // what was under way
    const step = await number(page, '[data-test=step]');
    await page.waitForTimeout(1_000);
    const later = await number(page, '[data-test=step]');
    expect(later === step, `a paused run went on from step ${step} to ${later}`);
    const drawn = await page.locator('canvas').evaluate((canvas) => {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return new Set(data).size;
    });
    expect(drawn > 20, `the pictures have ${drawn} shades`);
    const kept = Number.parseInt((await page.getByText('is kept in this browser').textContent()).slice(5), 10);
    await page.reload();
    await page.waitForFunction(() => Number(document.querySelector('[data-test=step]')?.textContent) > 0, undefined, {
      timeout: PATIENCE,
    });
    const again = await number(page, '[data-test=step]');
    expect(again > kept && again < kept + 100, `kept at step ${kept}, opened again at ${again}`);
    await page.getByRole('button', { name: 'Stop' }).click();
    await workersBecome(page, 0);
    return `−ELBO ${loss} nats, paused, kept at step ${kept} and gone on from there`;
  });
  // Only React's development build mounts twice.
  const strict = await developed('react', async (page) => {
    await page.waitForSelector('[data-state=running]', { timeout: PATIENCE });
    await workersBecome(page, 1);
    const begun = await page.evaluate(() => globalThis.begun);
    expect(begun === 2, `StrictMode began ${begun} workers, expected 2`);
    await falls(page, '[data-test=loss]', 250);
    expect(alive(page) === 1, `${alive(page)} workers are alive in StrictMode, expected 1`);
    return 'one worker of two alive in StrictMode, on the development server';
  });
  return `${told}; ${strict}`;
}

async function importMap() {
  const source = join(web, 'import-map', 'index.html');
  const before = readFileSync(source, 'utf8');
  const folder = join(scratch, 'import-map');
  await ran(process.execPath, [join(web, 'import-map', 'import-map.mjs'), folder]);
  expect(readFileSync(source, 'utf8') === before, 'the import map of index.html was out of date; it is written anew');
  const told = [];
  for (const isolated of [false, true]) {
    const use = (page) => falls(page, 'output', 2.2, /−log p (-?[\d.]+) nats/.source); // 4.6 at first, 1.626 at best
    told.push(`−log p ${await opened(folder, use, { isolated })} nats${isolated ? ', isolated' : ''}`);
  }
  return told.join(', ');
}

async function offline() {
  await types('offline');
  const folder = await built('offline');
  const context = await browser.newContext();
  const { server, url } = await serve(folder, { isolated: false, base: BASE });
  const faults = [];
  try {
    const page = await context.newPage();
    watch(page, url, faults);
    await page.goto(`${url}/`);
    await page.getByText('opens without a network').waitFor({ timeout: PATIENCE });
    expect(!(await page.evaluate(() => crossOriginIsolated)), 'the first opening is isolated already');
    await page.close();
    await updated(context, folder, `${url}/`);
    await context.setOffline(true);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve)); // there is nobody to be asked
    const again = await context.newPage();
    watch(again, url, faults);
    await again.goto(`${url}/`);
    expect(
      await again.evaluate(() => crossOriginIsolated),
      'the headers of the service worker do not isolate the page',
    );
    await again.getByRole('button', { name: 'Learn' }).click();
    const nats = await falls(again, '#progress', 2.6, /: (-?[\d.]+) nats/.source); // ln 50 = 3.9 at first
    await again.getByRole('button', { name: 'Write' }).click();
    await again.waitForFunction(() => document.querySelector('#written').textContent.length > 100, undefined, {
      timeout: PATIENCE,
    });
    expect(faults.length === 0, faults.join('\n'));
    const engine = await again.locator('#engine').textContent();
    return `without a network ${nats} nats a character ${engine}, 300 characters written`;
  } finally {
    await context.close();
    server.close();
  }
}

/** Puts a new version of the offline app on the server: an open page keeps the old one, the next sees the new. */
async function updated(context, folder, address) {
  for (const [file, from, to] of [
    ['index.html', '<title>', '<title>New '],
    ['sw.js', "VERSION = '", "VERSION = 'new-"],
  ]) {
    const path = join(folder, file);
    writeFileSync(path, readFileSync(path, 'utf8').replace(from, to));
  }
  const old = await context.newPage();
  await old.goto(address);
  expect((await old.title()) === 'Imitate', 'the page was not served from what is kept');
  const waits = () => navigator.serviceWorker.getRegistration().then((registration) => Boolean(registration?.waiting));
  for (const until = Date.now() + PATIENCE; !(await old.evaluate(waits)); await old.waitForTimeout(200)) {
    expect(Date.now() < until, 'a new version on the server is not found');
  }
  await old.reload();
  expect((await old.title()) === 'Imitate', 'a new version came while a page of the old one was open');
  await old.close();
  const until = Date.now() + 20_000;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 2_000)); // the browser takes its time
    const fresh = await context.newPage();
    await fresh.goto(address);
    const title = await fresh.title();
    await fresh.close();
    if (title === 'New Imitate') return;
    expect(Date.now() < until, 'the new version does not come when the last page of the old one is closed');
  }
}

/** Opens the folder's page from a server of ours. */
async function opened(folder, use, { isolated = false } = {}) {
  const { server, url } = await serve(folder, { isolated, base: BASE });
  try {
    return await visited(url, use);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Opens the page of an example from Vite's development server. */
async function developed(name, use) {
  const args = [vite, join(web, name), '--host', '127.0.0.1', '--port', '0'];
  const env = { ...process.env, NO_COLOR: '1' };
  const child = spawn(process.execPath, args, { cwd: examples, env, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const url = await new Promise((resolve, reject) => {
      let said = '';
      child.stdout.on('data', (chunk) => {
        said += chunk;
        const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(said) ?? [];
        if (url) resolve(url);
      });
      child.on('error', reject).on('close', () => reject(new Error(`vite ended:\n${said}`)));
    });
    return await visited(url, use);
  } finally {
    child.kill();
  }
}

/** Opens a page in a browser without a past, and looks for faults of any kind. */
async function visited(url, use) {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const faults = [];
    // A worker that ends at once is not told of by the browser.
    await page.addInitScript(() => {
      globalThis.begun = 0;
      globalThis.Worker = class extends Worker {
        constructor(...given) {
          super(...given);
          globalThis.begun++;
        }
      };
    });
    watch(page, url, faults);
    await page.goto(`${url}/`);
    const told = await use(page);
    expect(faults.length === 0, faults.join('\n'));
    return told;
  } finally {
    await context.close();
  }
}

function watch(page, url, faults) {
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !/^(data|blob):/.test(request.url()))
      faults.push(`asks for ${request.url()}`);
  });
}

/** Waits until the number that `pattern` finds in an element is below `bound`, and tells it. */
async function falls(page, selector, bound, pattern = '(-?[\\d.]+)') {
  const below = ([selector, pattern, bound]) => {
    const found = new RegExp(pattern).exec(document.querySelector(selector)?.textContent ?? '');
    return found && Number(found[1]) < bound && found[1];
  };
  const last = await page.waitForFunction(below, [selector, pattern, bound], { timeout: PATIENCE });
  return last.jsonValue();
}

async function number(page, selector) {
  return Number(await page.locator(selector).textContent());
}

async function workersBecome(page, count) {
  const until = Date.now() + 20_000;
  while (alive(page) !== count && Date.now() < until) await page.waitForTimeout(100);
  expect(alive(page) === count, `${alive(page)} workers are alive, expected ${count}`);
}

/** How many workers of the page's own live; the threads of an engine come from blobs. */
function alive(page) {
  return page.workers().filter((worker) => !worker.url().startsWith('blob:')).length;
}

async function built(name) {
  const out = join(scratch, name);
  await ran(process.execPath, [
    vite,
    'build',
    join(web, name),
    '--outDir',
    out,
    '--emptyOutDir',
    '--logLevel',
    'error',
  ]);
  return out;
}

function types(name) {
  const tsc = createRequire(join(root, 'package.json')).resolve('typescript/bin/tsc');
  return ran(process.execPath, [tsc, '--noEmit', '-p', join(web, name)]);
}

/** Waits for a program; its output is told only if it fails. */
async function ran(command, args) {
  const child = spawn(command, args, {
    cwd: examples,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
  const code = await new Promise((resolve, reject) => child.on('close', resolve).on('error', reject));
  expect(code === 0, `${args.join(' ')} ended with ${code}:\n${said}`);
}

function expect(holds, otherwise) {
  if (!holds) throw new Error(otherwise);
}
