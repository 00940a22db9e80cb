import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { faultOf } from '../fault.js';
import { expectOwnPage } from '../page/expect-own-page.js';
import { listen } from '../page/listen.js';
import { PAGE_HEADERS, sendPage } from '../page/send-page.js';
import { readJson } from '../serve/read-json.js';
import { RequestError } from '../serve/request-error.js';
import { type RequestFields, requestFields } from '../serve/request-fields.js';
import type { Ballot, Standing } from './ballot.js';
import { judgePage } from './judge-page.js';
import type { Output } from './read-system.js';

export interface JudgeServerOptions {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** Told a line about what went wrong. */
  readonly log?: (line: string) => void;
}

/** A server that listens. */
export interface JudgeServer {
  readonly url: string;
  /** Hears nobody new; votes that are being written are written. */
  readonly stop: () => Promise<void>;
}

/**
 * Serves the page on which people judge, and takes their votes. Nothing that it sends names a system.
 *
 * @throws the system's error if it cannot listen there.
 */
export async function judgeServer(
  judged: Ballot,
  { host, port, log = () => {} }: JudgeServerOptions,
): Promise<JudgeServer> {
  const page = judgePage(judged.mode);
  let active = 0;
  let onIdle = (): void => {};
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    active++;
    response.on('error', () => {}); // written to somebody who has left
    try {
      expectOwnPage(request, host);
      await answer(request, response, judged, page);
    } catch (error) {
      const known = error instanceof RequestError;
      if (!known) log(faultOf(error).message);
      if (response.headersSent) response.destroy();
      else sendJson(response, known ? error : failed(), known ? error.status : 500);
    } finally {
      active--;
      if (active === 0) onIdle();
    }
  };
  const server = createServer(
    { ...TIMES, maxHeaderSize: 2 ** 14 },
    (request, response) => void handle(request, response),
  );
  const closed = new Promise<void>((resolve) => server.on('close', resolve));
  const url = await listen(server, { host, port, log });
  return {
    url,
    stop: async () => {
      server.close();
      server.closeIdleConnections();
      const lastWords = setTimeout(() => server.closeAllConnections(), LAST_WORDS);
      if (active > 0) {
        await new Promise<void>((resolve) => {
          onIdle = resolve;
        });
      }
      server.closeIdleConnections();
      await closed;
      clearTimeout(lastWords);
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, judged: Ballot, page: string): Promise<void> {
  const [pathname = '/', query = ''] = (request.url ?? '/').split('?');
  const [, ticket = '', side = ''] = /^\/media\/([0-9a-f]{24})\/([01])$/.exec(pathname) ?? [];
  const known = ticket === '' ? METHODS.get(pathname) : 'GET';
  if (!known) throw new RequestError('There is no such path here.', { status: 404 });
  if (request.method !== known) throw new RequestError(`This takes ${known} only.`, { status: 405 });
  if (ticket !== '') return sendMedia(response, judged, ticket, Number(side));
  if (pathname === '/') return sendPage(response, page);
  if (pathname === '/open')
    return sendJson(response, shown(judged.standing(raterFrom(new URLSearchParams(query).get('rater')))));

  const fields = requestFields(await readJson(request, BODY_BYTES));
  const rater = raterFrom(fields.text('rater'));
  if (pathname === '/undo') {
    fields.expectNoOthers();
    const undone = await judged.undo(rater);
    return sendJson(response, { ...shown(judged.standing(rater)), undone });
  }
  await castFrom(fields, rater, judged);
  return sendJson(response, shown(judged.standing(rater)));
}

async function castFrom(fields: RequestFields, rater: string, judged: Ballot): Promise<void> {
  const ticket = fields.text('ticket') ?? '';
  const said = judged.mode === 'rate' ? fields.integer('choice', 1, 5) : fields.text('choice');
  const ms = fields.integer('ms', 0, 1e9) ?? 0;
  fields.expectNoOthers();
  await judged.cast(rater, ticket, said, ms);
}

/** What the page is told: texts themselves, of other outputs where to fetch them. */
function shown({ tickets, ...progress }: Standing): object {
  return {
    ...progress,
    tickets: tickets.map(({ id, outputs }) => ({
      id,
      prompt: promptOf(outputs),
      sides: outputs.map((output, side) =>
        output.kind === 'text'
          ? { kind: output.kind, text: output.text }
          : { kind: output.kind, url: `/media/${id}/${side}`, replays: REPLAYED.test(output.type) },
      ),
    })),
  };
}

/** What all of them answer, if it is the same. */
function promptOf([first, ...others]: readonly Output[]): string | null {
  return others.every(({ prompt }) => prompt === first?.prompt) ? (first?.prompt ?? null) : null;
}

async function sendMedia(response: ServerResponse, judged: Ballot, ticket: string, side: number): Promise<void> {
  const output = judged.output(ticket, side);
  if (!output || output.kind === 'text') throw new RequestError('There is no such output.', { status: 404 });
  const { size } = await stat(output.path);
  response.writeHead(200, {
    ...PAGE_HEADERS,
    'content-type': output.type,
    'content-length': size,
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox", // an SVG that is opened runs nothing
  });
  await pipeline(createReadStream(output.path), response);
}

function sendJson(response: ServerResponse, body: object, status = 200): void {
  if (status === 413 || status === 415) response.setHeader('connection', 'close'); // what follows is not read
  response.writeHead(status, { ...PAGE_HEADERS, 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function failed(): RequestError {
  return new RequestError('The judge failed. Its own output says more.', { status: 500 });
}

function raterFrom(name: string | null | undefined): string {
  const rater = name ?? 'rater';
  if (!/^[\p{L}\p{N}][\p{L}\p{N} ._@+-]{0,63}$/u.test(rater)) {
    throw new RequestError('A rater is named by up to 64 letters, digits, spaces and ._@+-.', { param: 'rater' });
  }
  return rater;
}

const METHODS: ReadonlyMap<string, string> = new Map([
  ['/', 'GET'],
  ['/open', 'GET'],
  ['/vote', 'POST'],
  ['/undo', 'POST'],
]);
/** What has a beginning, or may have: sounds, and pictures of kinds that can move. */
const REPLAYED = /^audio\/|gif|webp|svg/;
const BODY_BYTES = 2 ** 14;
/** ms for what was asked for to be sent when the server stops. */
const LAST_WORDS = 1_000;
const TIMES = { headersTimeout: 10_000, requestTimeout: 60_000, connectionsCheckingInterval: 2_000 } as const;
