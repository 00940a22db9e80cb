import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { ConstraintError, QueueFullError } from '@genai/autoregressive';
import { faultOf } from '../fault.js';
import { listen } from '../page/listen.js';
import type { Usage } from './answer.js';
import { RequestError } from './request-error.js';
import { route } from './route.js';
import type { ServedModel } from './served-model.js';

export interface TextServerOptions {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** How many ms what is being drawn may go on when the server is stopped. */
  readonly grace: number;
  /** The most bytes of a request's body. */
  readonly bodyBytes?: number;
  /** How many ms a client may take nothing of a stream. */
  readonly patience?: number;
  /** Told a line about each request when it is over. */
  readonly log?: (line: string) => void;
}

/** A server that listens. */
export interface TextServer {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  /** What it did so far. */
  readonly done: { readonly requests: number; readonly tokens: number };
  /** Hears nobody new, lets what is being drawn end within the grace time, then ends it, and the batch of the model with it. */
  readonly stop: () => Promise<void>;
}

/**
 * Serves a model by the routes of OpenAI's API: `/v1/completions`, `/v1/chat/completions`, `/v1/models`; and `/health`.
 *
 * @throws the system's error if it cannot listen there.
 */
export async function textServer(served: ServedModel, options: TextServerOptions): Promise<TextServer> {
  const { host, port, grace, bodyBytes = BODY_BYTES, patience = PATIENCE, log = () => undefined } = options;
  const done = { requests: 0, tokens: 0 };
  let active = 0;
  let isStopping = false;
  let onIdle: () => void = () => undefined;

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const began = performance.now();
    const stop = new AbortController();
    const gone = new Promise<void>((resolve) => response.on('close', resolve)); // all was taken, or the client has left
    response.on('close', () => stop.abort());
    response.on('error', () => stop.abort()); // written to a client that has gone
    if (isStopping) response.setHeader('connection', 'close');
    let path = 'unknown';
    let usage: Usage | undefined;
    let fault = '';
    active++;
    try {
      const found = route(request);
      path = found.path;
      if (isStopping) throw stopping();
      if (active > served.places + SPARE) throw new QueueFullError(`The server has ${active} requests already.`);
      usage = await found.handle({ request, response, served, stop, bodyBytes, patience });
    } catch (error) {
      if (!response.destroyed) {
        const reason = isStopping && !(error instanceof RequestError) ? stopping() : requestErrorOf(error);
        sendError(response, reason);
        fault = reason.status === 500 ? `, ${faultOf(error).message}` : '';
      }
    } finally {
      done.requests++;
      done.tokens += usage?.completion_tokens ?? 0;
      const status = response.writableEnded ? response.statusCode : 'left';
      const tokens = usage ? `, ${usage.prompt_tokens} + ${usage.completion_tokens} tokens` : '';
      log(`${request.method} ${path} ${status}${tokens}, ${((performance.now() - began) / 1000).toFixed(2)} s${fault}`);
      const impatient = setTimeout(() => response.destroy(), patience);
      await gone;
      clearTimeout(impatient);
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
    done,
    stop: async () => {
      isStopping = true;
      server.close();
      const timeUp = setTimeout(() => void served.batch.abort(stopping()), grace);
      await served.batch.close();
      clearTimeout(timeUp);
      // What was drawn is still to be sent; who does not take it, or is still asking, is not waited for.
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

/** An error as the client is told it; what is no fault of the request is not told in full. */
function requestErrorOf(error: unknown): RequestError {
  if (error instanceof RequestError) return error;
  if (error instanceof QueueFullError) return new RequestError(error.message, { status: 429, code: 'queue_full' });
  if (error instanceof ConstraintError) return new RequestError(error.message, { param: 'response_format' });
  return new RequestError('The server failed. Its own output says more.', { status: 500, cause: error });
}

function stopping(): RequestError {
  return new RequestError('The server is stopping.', { status: 503 });
}

/** With its status; as the last event of an answer in pieces that has begun. */
function sendError(response: ServerResponse, error: RequestError): void {
  if (response.headersSent) {
    response.end(`data: ${JSON.stringify(error)}\n\n`);
    return;
  }
  if (error.status === 429) response.setHeader('retry-after', '1');
  if (error.status === 413 || error.status === 415) response.setHeader('connection', 'close'); // what follows is not read
  response.writeHead(error.status, { 'content-type': 'application/json' }).end(JSON.stringify(error));
}

const BODY_BYTES = 2 ** 20;
const PATIENCE = 60_000;
/** ms for what was drawn to be sent when the server stops. */
const LAST_WORDS = 1_000;
/** Requests beside those that draw: about models and health, and bodies that are still read. */
const SPARE = 64;
/** ms in which headers, and whole requests, must have come, and between looks at that. */
const TIMES = { headersTimeout: 10_000, requestTimeout: 60_000, connectionsCheckingInterval: 2_000 } as const;
