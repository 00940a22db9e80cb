import { env } from '@tensorflow/tfjs-core';
import { isNode, nodeBuiltin } from '../node-builtin.js';

const PACKAGE = '@tensorflow/tfjs-backend-wasm';
const PLAIN = 'tfjs-backend-wasm.wasm';
const SIMD = 'tfjs-backend-wasm-simd.wasm';
const THREADED = 'tfjs-backend-wasm-threaded-simd.wasm';

/**
 * Where the engine's binaries are, the one that this machine needs being checked to be there; undefined in Node when
 * only the engine itself can tell. The threaded one is named, as the engine insists, but never asked for.
 *
 * @throws Error that names the addresses tried and the remedy.
 */
export async function wasmFiles(
  paths: string | Readonly<Record<string, string>> | undefined,
): Promise<Record<string, string> | undefined> {
  const needed = await neededFile();
  const candidates = paths === undefined ? defaults() : [filesIn(paths)];
  if (isNode()) {
    const { existsSync } = nodeBuiltin<typeof import('node:fs')>('node:fs')!;
    const found = candidates.find((files) => existsSync(files[needed]!));
    if (found || paths === undefined) return found;
    throw new Error(`wasmPaths: there is no file ${candidates[0]![needed] || needed}`);
  }
  const faults: string[] = [];
  for (const files of candidates) {
    const address = new URL(files[needed] || needed, pageAddress()).href;
    const fault = await faultOf(address);
    if (!fault) return files;
    faults.push(`${address} ${fault}`);
  }
  throw new Error(`${faults[0]}. Serve the .wasm files of ${PACKAGE}/dist and pass { wasmPaths: '/their/folder/' }`);
}

async function neededFile(): Promise<string> {
  return (await env().getAsync('WASM_HAS_SIMD_SUPPORT')) ? SIMD : PLAIN;
}

function filesIn(paths: string | Readonly<Record<string, string>>): Record<string, string> {
  if (typeof paths !== 'string') return { [PLAIN]: '', [SIMD]: '', [THREADED]: '', ...paths };
  let folder = paths.endsWith('/') || paths.endsWith('\\') ? paths : `${paths}/`;
  if (isNode() && folder.startsWith('file:')) {
    folder = nodeBuiltin<typeof import('node:url')>('node:url')!.fileURLToPath(folder);
  }
  return Object.fromEntries([PLAIN, SIMD, THREADED].map((name) => [name, folder + name]));
}

/** The places to look at when the caller names none. */
function defaults(): Record<string, string>[] {
  if (isNode()) {
    try {
      const { createRequire } = nodeBuiltin<typeof import('node:module')>('node:module')!;
      const file = createRequire(import.meta.url).resolve(`${PACKAGE}/package.json`);
      return [filesIn(file.replace(/package\.json$/, 'dist/'))];
    } catch {
      return []; // bundled without node_modules: the engine looks beside itself
    }
  }
  const found: Record<string, string>[] = [];
  // Webpack, which makes a number of this, would call a file that is not installed an error.
  if (!(import.meta as { readonly webpack?: number }).webpack) {
    found.push({
      // Vite knows this form: it copies the file and puts its address here, or leaves it where this engine is not installed.
      [PLAIN]: new URL('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm', import.meta.url).href,
      [SIMD]: new URL('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm', import.meta.url).href,
      [THREADED]: '',
    });
  }
  try {
    // A page with an import map: beside the module that it names. Webpack would look for a name that is written here.
    found.push(filesIn(new URL('./', import.meta.resolve(PACKAGE)).href));
  } catch {
    // no import map
  }
  // Development servers that put this module elsewhere without looking for files: the folder of installed packages
  // lies above the module's own place, or above the server's cache of bundled packages.
  const here = import.meta.url;
  for (const above of ['../../../', '../../']) {
    found.push(filesIn(new URL(`${above}${PACKAGE}/dist/`, here).href));
  }
  return found;
}

/** What is wrong with a file, or undefined. Servers that answer every address with a page are found out too. */
async function faultOf(address: string): Promise<string | undefined> {
  try {
    const response = await fetch(address, { credentials: 'same-origin' });
    if (!response.ok) return `answers ${response.status}`;
    const reader = response.body!.getReader();
    const { value } = await reader.read();
    await reader.cancel();
    const magic = String.fromCharCode(...(value ?? []).slice(0, 4));
    return magic === '\0asm' ? undefined : 'is not WebAssembly';
  } catch (error) {
    return `cannot be fetched (${(error as Error).message})`;
  }
}

function pageAddress(): string {
  return (globalThis as { location?: { href: string } }).location?.href ?? import.meta.url;
}
