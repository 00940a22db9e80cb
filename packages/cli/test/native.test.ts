import { expect, test, vi } from 'vitest';
import { world } from './world.js';

test('genai native status, without and with a library that is none', async () => {
  await using place = await world();
  vi.stubEnv('GENAI_CACHE', place.path('cache'));
  vi.stubEnv('GENAI_NATIVE', 'on');
  const none = await place.genai('native', 'status');
  expect(none.code).toBe(0);
  expect(none.out).toContain(`no library is used. Built ones are kept in ${place.path('cache')}`);

  vi.stubEnv('GENAI_NATIVE', place.path('squares.idx'));
  const refused = await place.genai('native', 'status', '--json');
  expect(refused.json).toMatchObject({
    ok: true,
    command: 'native',
    status: { off: false, refused: [{ origin: 'GENAI_NATIVE', path: place.path('squares.idx') }] },
  });

  vi.stubEnv('GENAI_NATIVE', 'off');
  expect((await place.genai('native', 'status')).out).toContain('turned off by GENAI_NATIVE');
  vi.unstubAllEnvs();
});

test('genai native build without a compiler exits 2 and says how to get one; remove finds nothing', async () => {
  await using place = await world();
  vi.stubEnv('GENAI_CACHE', place.path('cache'));
  vi.stubEnv('CC', '');
  vi.stubEnv('PATH', place.path());
  const said = await place.genai('native', 'build');
  vi.stubEnv('GENAI_NATIVE', 'on');
  const removed = await place.genai('native', 'remove', '--json');
  vi.unstubAllEnvs();
  expect(said.code).toBe(2);
  expect(said.err).toMatch(/there is no C compiler here .*CC|native kernels can be built on Linux and macOS/);
  expect(removed.json).toMatchObject({ ok: true, removed: [] });
});
