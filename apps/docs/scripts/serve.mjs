import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { gzipSync } from 'node:zlib';

const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
};

/** What lets a page share memory between threads. */
export const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** What hosts compress. */
const TEXTS = ['.html', '.js', '.css', '.svg', '.json', '.wasm'];

/** A plain static server on the loopback interface, which compresses as hosts do; `url` is where the first page is, without the slash behind it. */
export async function serve(folder, { isolated = true, base = baseOf(folder), port = 0 } = {}) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const asked = normalize(decodeURIComponent(pathname.startsWith(base) ? pathname.slice(base.length - 1) : '/404'));
    const path = join(folder, asked.endsWith('/') ? `${asked}index.html` : asked);
    if (!path.startsWith(folder) || !existsSync(path) || !statSync(path).isFile()) {
      response.writeHead(404).end();
      return;
    }
    const type = TYPES[extname(path)] ?? 'application/octet-stream';
    const isSmaller = TEXTS.includes(extname(path)) && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
    const lasts = asked.startsWith('/assets/') ? LASTS : {}; // their names change with what they hold
    response.writeHead(200, {
      'content-type': type,
      ...lasts,
      ...(isSmaller && { 'content-encoding': 'gzip', vary: 'accept-encoding' }),
      ...(isolated && ISOLATION),
    });
    response.end(isSmaller ? compressed(path) : readFileSync(path));
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}${base.slice(0, -1)}`, base, server };
}

const LASTS = { 'cache-control': 'public, max-age=31536000, immutable' };

function compressed(path) {
  const { mtimeMs } = statSync(path);
  const known = smaller.get(path);
  if (known?.mtimeMs === mtimeMs) return known.bytes;
  const bytes = gzipSync(readFileSync(path));
  smaller.set(path, { mtimeMs, bytes });
  return bytes;
}

const smaller = new Map();

/** The path that the site was built for, which its first page names. */
function baseOf(folder) {
  const page = join(folder, 'index.html');
  const [, base = '/'] = (existsSync(page) && /="(\/(?:[^"]*\/)?)assets\//.exec(readFileSync(page, 'utf8'))) || [];
  return base;
}
