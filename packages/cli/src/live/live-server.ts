import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { expectOwnPage } from '../page/expect-own-page.js';
import { listen } from '../page/listen.js';
import { PAGE_HEADERS, sendPage } from '../page/send-page.js';
import { RequestError } from '../serve/request-error.js';
import { livePage } from './live-page.js';

/** A step as the page is told of it. */
export interface LivePoint {
  readonly step: number;
  readonly metrics: { readonly [name: string]: number | string };
}

/** A page that shows a run while it goes on. */
export interface Live {
  readonly url: string;
  readonly add: (point: LivePoint) => void;
  /** Tells the pages that the run is done, and listens no more. */
  readonly stop: () => Promise<void>;
}

export interface LiveOptions {
  readonly title: string;
  readonly steps: number;
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  readonly log: (line: string) => void;
}

/**
 * Serves a page on which a run can be watched. Whoever opens it late is told what was before, thinned.
 *
 * @throws the system's error if it cannot listen there.
 */
export async function liveServer({ title, steps, host, port, log }: LiveOptions): Promise<Live> {
  const page = livePage(title);
  const watchers = new Set<ServerResponse>();
  const history: LivePoint[] = [];
  let fresh: LivePoint[] = [];
  const began = performance.now();
  const tell = (response: ServerResponse, points: readonly LivePoint[], done = false): void => {
    const seconds = (performance.now() - began) / 1000;
    response.write(`data: ${JSON.stringify({ points: points.map(written), steps, seconds, done })}\n\n`);
  };
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    expectOwnPage(request, host);
    if (request.method !== 'GET') throw new RequestError('This takes GET only.', { status: 405 });
    if (request.url === '/') {
      sendPage(response, page);
      return;
    }
    if (request.url !== '/events') throw new RequestError('There is no such path here.', { status: 404 });
    if (watchers.size >= WATCHERS) throw new RequestError('Too many pages watch this run.', { status: 503 });
    response.writeHead(200, { ...PAGE_HEADERS, 'content-type': 'text/event-stream; charset=utf-8' });
    tell(response, history);
    watchers.add(response);
    response.on('close', () => watchers.delete(response));
  };
  const server = createServer((request, response) => {
    response.on('error', () => {}); // written to somebody who has left
    try {
      answer(request, response);
    } catch (error) {
      const { status, message } = error as RequestError;
      response.writeHead(status ?? 500, { ...PAGE_HEADERS, 'content-type': 'text/plain; charset=utf-8' }).end(message);
    }
  });
  const url = await listen(server, { host, port, log });
  const timer = setInterval(() => {
    const points = fresh;
    fresh = [];
    if (points.length === 0) return;
    for (const response of watchers) {
      if (response.writableLength > LAGGING)
        response.destroy(); // its page opens the stream again
      else tell(response, points);
    }
  }, EVERY);
  timer.unref();
  server.unref();
  return {
    url,
    add: (point) => {
      history.push(point);
      fresh.push(point);
      if (history.length > HISTORY) for (let i = HISTORY / 2 - 1; i > 0; i -= 2) history.splice(i, 1);
    },
    stop: async () => {
      clearInterval(timer);
      for (const response of watchers) {
        tell(response, fresh, true);
        response.end();
      }
      server.closeIdleConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        setTimeout(() => server.closeAllConnections(), 500).unref();
      });
    },
  };
}

/** JSON has no NaN and no infinity. */
function written({ step, metrics }: LivePoint): LivePoint {
  const entries = Object.entries(metrics).map(([name, value]) => [
    name,
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  ]);
  return { step, metrics: Object.fromEntries(entries) };
}

/** ms between two tellings. */
const EVERY = 250;
/** Steps that are remembered, the older half thinned again and again. */
const HISTORY = 4_000;
const WATCHERS = 50;
/** Bytes that a page has not taken. */
const LAGGING = 2 ** 20;
