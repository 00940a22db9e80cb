/** Serves the app from what was kept when it was opened first: with the network off, and the same files until there is a new version. */

// Written at build, by service-worker-plugin.ts.
const VERSION = '%VERSION%';
const FILES = ['%FILES%'];

const CACHE = `imitate-${VERSION}`;
const scope = new URL(self.registration.scope);

// #region worker
self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(FILES.map((file) => new Request(new URL(file, scope), { cache: 'reload' })))),
  );
});

// A new version waits until the last page of the old one is closed: no page sees files of two.
self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => names.filter((name) => name.startsWith('imitate-') && name !== CACHE))
      .then((old) => Promise.all(old.map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener('fetch', (event) => {
  const { method, mode, url } = event.request;
  if (method !== 'GET' || !url.startsWith(scope.href)) return;
  const asked = mode === 'navigate' ? new URL('index.html', scope) : url;
  event.respondWith(answer(asked, event.request));
});

async function answer(asked, request) {
  const kept = await caches.open(CACHE).then((cache) => cache.match(asked, { ignoreSearch: true }));
  return isolated(kept ?? (await fetch(request)));
}

/** With the headers that threads need, which a plain host does not send. They count from the second opening on. */
function isolated(response) {
  if (response.type === 'opaque' || response.type === 'error') return response;
  const headers = new Headers(response.headers);
  headers.set('Cross-Origin-Opener-Policy', 'same-origin');
  headers.set('Cross-Origin-Embedder-Policy', 'require-corp');
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
// #endregion worker
