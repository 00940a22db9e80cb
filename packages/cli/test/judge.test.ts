import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { type OutgoingHttpHeaders, request } from 'node:http';
import { encodePng } from '@genai/data';
import { describe, expect, test } from 'vitest';
import { judgeProcess, linesOf } from './judge-process.js';
import { type World, world } from './world.js';

interface Shown {
  readonly tickets: readonly {
    readonly id: string;
    readonly prompt: string | null;
    readonly sides: readonly { readonly kind: string; readonly text?: string; readonly url?: string }[];
  }[];
  readonly done: number;
  readonly all: number;
  readonly enough: number;
  readonly undone?: boolean;
}

/** `genai judge` in this process, until it is stopped; remembers all that it sent. */
async function judging(place: World, ...argv: string[]) {
  const { url, stop } = await judgeProcess(place, argv);
  const sent: string[] = [];
  const ask = async (path: string, body?: object, headers: Record<string, string> = {}): Promise<Response> => {
    const answer = await fetch(url + path, {
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
      headers: { ...(body && { 'content-type': 'application/json' }), ...headers },
    });
    sent.push(`${JSON.stringify([...answer.headers])} ${await answer.clone().text()}`);
    return answer;
  };
  return {
    url,
    sent,
    ask,
    open: async (rater = 'eve') => (await (await ask(`/open?rater=${rater}`)).json()) as Shown,
    vote: async (ticket: string, choice: string | number, rater = 'eve') =>
      (await (await ask('/vote', { rater, ticket, choice, ms: 1200 })).json()) as Shown,
    undo: async (rater = 'eve') => (await (await ask('/undo', { rater })).json()) as Shown,
    stop,
  };
}

/** Texts whose words say nothing of the system but to the test: those of `good` are even. */
async function texts(place: World, count: number): Promise<readonly string[]> {
  const lines = (odd: number) => Array.from({ length: count }, (_, i) => `line ${2 * i + odd}`).join('\n');
  await writeFile(place.path('a.txt'), lines(0));
  await writeFile(place.path('b.txt'), lines(1));
  return ['goodsystem=a.txt', 'badsystem=b.txt', '--out', 'votes.jsonl'];
}

const evenSide = ({ sides }: Shown['tickets'][number]) =>
  Number(sides[0]!.text!.slice(5)) % 2 === 0 ? 'left' : 'right';

describe('known answers: pairs of texts', () => {
  test('every pair once, sides mixed, every vote in the file, and the report says who won', async () => {
    await using place = await world();
    const server = await judging(place, ...(await texts(place, 24)));
    let shown = await server.open();
    expect(shown).toMatchObject({ done: 0, all: 24, enough: 24 });
    const seen: string[] = [];
    const sides: string[] = [];
    while (shown.tickets.length > 0) {
      const [ticket] = shown.tickets;
      const numbers = ticket!.sides.map(({ text }) => Number(text!.slice(5)) >> 1);
      expect(numbers[0]).toBe(numbers[1]); // matched by their lines
      seen.push(String(numbers[0]));
      sides.push(evenSide(ticket!));
      shown = await server.vote(ticket!.id, seen.length % 6 === 0 ? 'tie' : sides.at(-1)!);
    }
    expect(new Set(seen).size).toBe(24);
    const left = sides.filter((side) => side === 'left').length;
    expect(left).toBeGreaterThan(4);
    expect(left).toBeLessThan(20);
    expect(server.sent.join('\n')).not.toMatch(/goodsystem|badsystem|a\.txt|b\.txt/);
    const ended = await server.stop();
    expect([ended.code, ended.json]).toEqual([0, expect.objectContaining({ votes: 24, files: ['votes.jsonl'] })]);

    const lines = await linesOf(place);
    expect(lines[0]).toMatchObject({ kind: 'session', seed: 0, systems: ['goodsystem', 'badsystem'] });
    for (const line of lines.slice(1)) {
      expect(line).toMatchObject({ kind: 'vote', rater: 'eve', ms: 1200 });
      if (line.choice !== 'tie') expect(line[line.choice as string]).toBe('goodsystem');
    }
    const report = await place.genai('judge', 'report', 'votes.jsonl', '--json', '--csv', 'v.csv', '--html', 'v.html');
    expect(report.json).toMatchObject({ ok: true, command: 'judge report', votes: 24, ties: 4 / 24, bothBad: 0 });
    const strengths = report.json.strengths as { system: string; strength: number }[];
    expect(strengths.map(({ system }) => system)).toEqual(['goodsystem', 'badsystem']);
    expect(strengths[0]!.strength - strengths[1]!.strength).toBeCloseTo(Math.log(22 / 2), 8); // ties are halves
    expect((await readFile(place.path('v.csv'), 'utf8')).split('\r\n')).toHaveLength(26);
    expect(await readFile(place.path('v.html'), 'utf8')).toContain('goodsystem');
    const plain = await place.genai('judge', 'report', 'votes.jsonl');
    expect(plain.out).toMatch(/goodsystem +\d{4} +/);
    expect(plain.out).toMatch(/ties: 16\.7%/);
  });

  test('undo shows the same again; a stopped and torn file goes on, and nobody sees a pair twice', async () => {
    await using place = await world();
    const argv = await texts(place, 6);
    const first = await judging(place, ...argv);
    const open = await first.open();
    const [ticket] = open.tickets;
    await first.vote(ticket!.id, 'left');
    const back = await first.undo();
    expect(back).toMatchObject({ undone: true, done: 0 });
    expect(back.tickets[0]!.sides).toEqual(ticket!.sides); // on the same sides
    expect(back.tickets[0]!.id).not.toBe(ticket!.id);
    const after = await first.vote(back.tickets[0]!.id, 'right');
    expect((await first.vote(back.tickets[0]!.id, 'left')).done).toBe(after.done); // said twice, counted once
    const judged = [back.tickets[0]!, after.tickets[0]!];
    await Promise.all([1, 2, 3].map(() => first.vote(after.tickets[0]!.id, 'both bad'))); // at once: one is counted
    await first.stop();
    await appendFile(place.path('votes.jsonl'), '{"kind":"vote","id":"12');

    const second = await judging(place, ...argv);
    const names = (list: Shown['tickets']) =>
      list.map(({ sides }) =>
        sides
          .map(({ text }) => text)
          .sort()
          .join(),
      );
    let shown = await second.open();
    expect(shown).toMatchObject({ done: 2, all: 6 });
    const rest: string[] = [];
    while (shown.tickets.length > 0) {
      rest.push(...names([shown.tickets[0]!]));
      shown = await second.vote(shown.tickets[0]!.id, 'tie');
    }
    expect(new Set([...rest, ...names(judged)]).size).toBe(6);
    expect(rest).toHaveLength(4);
    expect((await second.stop()).err).toMatch(/torn, 23 bytes are cut off/);
    const lines = await linesOf(place); // all of them whole
    expect(lines.filter(({ kind }) => kind === 'vote')).toHaveLength(7);
    expect(lines.filter(({ kind }) => kind === 'retraction')).toHaveLength(1);
  });

  test('several raters at once; pairs of systems are judged evenly', async () => {
    await using place = await world();
    await texts(place, 9);
    await writeFile(place.path('c.txt'), Array.from({ length: 9 }, (_, i) => `line ${2 * i}x`).join('\n'));
    const server = await judging(place, 'one=a.txt', 'two=b.txt', 'three=c.txt', '--out', 'votes.jsonl');
    const raters = ['ann', 'ben', 'cem'];
    for (let round = 0; round < 9; round++) {
      await Promise.all(
        raters.map(async (rater) => {
          const { tickets } = await server.open(rater);
          const [ticket] = tickets;
          const rank = (text: string) => (text.endsWith('x') ? 2 : Number(text.slice(5)) % 2);
          const [a, b] = ticket!.sides.map(({ text }) => rank(text!));
          await server.vote(ticket!.id, a! < b! ? 'left' : 'right', rater);
        }),
      );
    }
    await server.stop();
    const votes = (await linesOf(place)).filter(({ kind }) => kind === 'vote');
    expect(votes).toHaveLength(27);
    const counts = new Map<string, number>();
    for (const { left, right } of votes) {
      const pair = [left, right].sort().join();
      counts.set(pair, (counts.get(pair) ?? 0) + 1);
    }
    expect([...counts.values()].every((count) => count >= 7 && count <= 11)).toBe(true);
    const { json } = await place.genai('judge', 'report', 'votes.jsonl', '--json');
    expect((json.raters as { rater: string }[]).map(({ rater }) => rater).sort()).toEqual(raters);
    expect((json.strengths as { system: string }[]).map(({ system }) => system)).toEqual(['one', 'two', 'three']);
    expect(json.prior).toBe(0.1); // the best won all
  });
});

test('known answers: with --overlap a second rater is asked what the first was, and their agreement is told', async () => {
  await using place = await world();
  const server = await judging(place, ...(await texts(place, 20)), '--overlap', '2');
  for (const rater of ['ann', 'ben']) {
    for (let i = 0; i < 8; i++) {
      const [ticket] = (await server.open(rater)).tickets;
      const better = Number(ticket!.sides[0]!.text!.slice(5)) % 8 < 4 ? 'left' : 'right';
      await server.vote(ticket!.id, better, rater);
    }
  }
  expect(await server.undo('cem')).toMatchObject({ undone: false });
  await server.stop();
  const items = new Set((await linesOf(place)).filter(({ kind }) => kind === 'vote').map(({ item }) => item));
  expect(items.size).toBeLessThanOrEqual(9); // one more was open at the first rater's
  const { json } = await place.genai('judge', 'report', 'votes.jsonl', '--json');
  expect((json.agreement as { items: number }).items).toBeGreaterThanOrEqual(7);
});

test('known answers: --active turns to the pair whose order is least certain', async () => {
  await using place = await world();
  const lines = (mark: string) => Array.from({ length: 80 }, (_, i) => `${mark}${i}`).join('\n');
  for (const mark of ['p', 'q', 'r']) await writeFile(place.path(`${mark}.txt`), lines(mark));
  const server = await judging(place, 'p=p.txt', 'q=q.txt', 'r=r.txt', '--out', 'votes.jsonl', '--active');
  let shown = await server.open();
  for (let i = 0; i < 90; i++) {
    const [a, b] = shown.tickets[0]!.sides.map(({ text }) => text![0]!);
    // p beats both; q and r are equal.
    const choice = a === 'p' ? 'left' : b === 'p' ? 'right' : i % 2 === 0 ? 'left' : 'right';
    shown = await server.vote(shown.tickets[0]!.id, choice);
  }
  await server.stop();
  const votes = (await linesOf(place)).filter(({ kind }) => kind === 'vote');
  const close = votes.filter(({ left, right }) => left !== 'p' && right !== 'p').length;
  expect(close).toBeGreaterThan(60);
});

test('known answers: pictures are served by ids that tell nothing, and ratings become mean opinion scores', async () => {
  await using place = await world();
  for (const [name, shade] of [
    ['dark', 10],
    ['light', 240],
  ] as const) {
    await mkdir(place.path(name));
    for (const item of ['x', 'y']) {
      const png = encodePng({ width: 2, height: 2, channels: 1, data: new Uint8Array(4).fill(shade) });
      await writeFile(place.path(name, `${item}.png`), png);
    }
  }
  const server = await judging(place, 'dark=dark', 'light=light', '--rate', '--out', 'r.jsonl');
  let shown = await server.open();
  expect(shown.all).toBe(4);
  const dark = await readFile(place.path('dark', 'x.png'));
  for (let i = 0; i < 4; i++) {
    const [ticket] = shown.tickets;
    expect(ticket!.sides).toEqual([{ kind: 'picture', url: `/media/${ticket!.id}/0`, replays: false }]);
    const picture = await server.ask(ticket!.sides[0]!.url!);
    expect(picture.headers.get('content-type')).toBe('image/png');
    expect(picture.headers.get('content-security-policy')).toMatch(/sandbox/);
    const isDark = Buffer.from(await picture.arrayBuffer()).equals(dark);
    shown = await server.vote(ticket!.id, isDark ? 2 : 5);
    expect((await server.ask(ticket!.sides[0]!.url!)).status).toBe(404); // no longer
  }
  expect(server.sent.join('\n')).not.toMatch(/"(dark|light)|dark\/|light\//);
  await server.stop();
  const { json } = await place.genai('judge', 'report', 'r.jsonl', '--json');
  const scores = json.scores as { system: string; score: { value: number } }[];
  expect(scores.map(({ system, score }) => [system, score.value])).toEqual([
    ['light', 5],
    ['dark', 2],
  ]);
});

test('known answers: outputs without an item in common are paired at random, and prompts are shown', async () => {
  await using place = await world();
  const line = (item: string) => JSON.stringify({ item, text: `of ${item}`, prompt: 'Say it.' });
  await writeFile(place.path('a.jsonl'), ['1', '2', '3'].map(line).join('\n'));
  await writeFile(place.path('b.jsonl'), ['4', '5'].map(line).join('\n'));
  const server = await judging(place, 'a=a.jsonl', 'b=b.jsonl', '--out', 'v.jsonl');
  const shown = await server.open();
  expect(shown).toMatchObject({ all: 3 });
  expect(shown.tickets[0]!.prompt).toBe('Say it.');
  expect((await server.stop()).err).toMatch(/no item in common: outputs are paired at random/);
});

describe('errors', () => {
  test('other sites, other hosts, strange paths, bodies and choices are turned away, in words that tell nothing', async () => {
    await using place = await world();
    const server = await judging(place, ...(await texts(place, 4)));
    const status = async (...args: Parameters<typeof server.ask>) => (await server.ask(...args)).status;
    const [ticket] = (await server.open()).tickets;
    const good = { rater: 'eve', ticket: ticket!.id, choice: 'left', ms: 5 };
    expect(await status('/vote', good, { origin: 'http://evil.example' })).toBe(403);
    expect(await status('/open?rater=eve', undefined, { 'sec-fetch-site': 'cross-site' })).toBe(403);
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    expect(await rawStatus(server.url, '/', link)).toBe(200); // may be followed from anywhere
    expect(await status('/vote', good, { 'content-type': 'text/plain' })).toBe(415);
    expect(await status('/vote', { ...good, ticket: 'x'.repeat(20_000) })).toBe(413);
    expect(await status('/vote', { ...good, choice: 'up' })).toBe(400);
    expect(await status('/vote', { ...good, choice: 3 })).toBe(400);
    expect(await status('/vote', { ...good, ms: -1 })).toBe(400);
    expect(await status('/vote', { ...good, rater: '../x' })).toBe(400);
    expect(await status('/vote', { ...good, rater: 'mal' })).toBe(409); // somebody else's ticket
    expect(await status('/vote', { ...good, more: 1 })).toBe(400);
    expect(await status('/vote')).toBe(405);
    expect(await status('/open?rater=%00')).toBe(400);
    for (const path of ['/media/../a.txt', '/media/..%2fa.txt', '/a.txt', `/media/${ticket!.id}/0`, '//', '/media/']) {
      expect(await rawStatus(server.url, path)).toBe(404);
    }
    expect(await rawStatus(server.url, '/', { host: 'evil.example' })).toBe(403);
    expect(await rawStatus(server.url, '/', { host: 'localhost:1' })).toBe(200);
    expect(server.sent.join('\n')).not.toMatch(/goodsystem|badsystem|a\.txt|b\.txt/);
    await server.stop();
    expect(await linesOf(place)).toHaveLength(1); // nothing of it was written
  });

  test('a command line or a file that is wrong exits 2 with one line', async () => {
    await using place = await world();
    await texts(place, 2);
    await mkdir(place.path('empty'));
    await writeFile(place.path('other.jsonl'), '{"x":1}\n');
    await writeFile(place.path('cut.jsonl'), 'precious');
    const cases: readonly (readonly [argv: readonly string[], message: RegExp])[] = [
      [['judge', 'a=a.txt', 'b=b.txt'], /required option '--out <file>'/],
      [['judge'], /missing required argument 'sets'/],
      [['judge', 'a=a.txt', '--out', 'v.jsonl'], /takes two systems or more/],
      [['judge', 'a=a.txt', 'a=b.txt', '--out', 'v.jsonl'], /two systems are called "a"/],
      [['judge', 'a.txt', 'b=b.txt', '--out', 'v.jsonl'], /"a\.txt" names no system/],
      [['judge', 'a=none', 'b=b.txt', '--out', 'v.jsonl'], /cannot read none of a/],
      [['judge', 'a=empty', 'b=b.txt', '--out', 'v.jsonl'], /empty of a holds nothing to judge/],
      [['judge', 'a=a.txt', 'b=b.txt', '--out', 'other.jsonl'], /no file of votes: line 1/],
      [['judge', 'a=a.txt', 'b=b.txt', '--out', 'cut.jsonl'], /cut\.jsonl is no file of votes/],
      [['judge', 'report', 'none.jsonl'], /cannot read none\.jsonl/],
      [['judge', 'report', 'empty.jsonl'], /cannot read empty\.jsonl/],
    ];
    for (const [argv, message] of cases) {
      const { code, err } = await place.genai(...argv);
      expect([code, err.trimEnd().split('\n').length, err]).toEqual([2, 1, expect.stringMatching(message)]);
    }
    expect(await readFile(place.path('cut.jsonl'), 'utf8')).toBe('precious');
  });
});

/** As fetch would not ask: the path and the headers as they are. */
function rawStatus(url: string, path: string, headers: OutgoingHttpHeaders = {}): Promise<number | undefined> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path, headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asked.on('error', reject).end();
  });
}
