import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AnswerOptions, answer, type Usage } from './answer.js';
import { chatRequest } from './chat-request.js';
import { completionRequest } from './completion-request.js';
import { readJson } from './read-json.js';
import { RequestError } from './request-error.js';
import { type RequestFields, requestFields } from './request-fields.js';
import type { ServedModel } from './served-model.js';
import type { TextRequest } from './text-request.js';

export interface Call extends AnswerOptions {
  readonly request: IncomingMessage;
  readonly served: ServedModel;
  /** The most bytes of the body. */
  readonly bodyBytes: number;
}

/** A route that is known. */
export interface Route {
  readonly path: string;
  /** Sends the answer; gives what it took if tokens were drawn. */
  readonly handle: (call: Call) => Promise<Usage | undefined>;
}

/** The route that a request takes. @throws RequestError if there is none. */
export function route({ method, url = '/' }: IncomingMessage): Route {
  const [path = '/'] = url.split('?');
  const known = ROUTES.find((entry) => (entry.path.endsWith('/') ? path.startsWith(entry.path) : entry.path === path));
  if (!known) {
    const paths = ROUTES.map((entry) => `${entry.method} ${entry.path}`).join(', ');
    throw new RequestError(`There is no such path here. Known: ${paths}.`, { status: 404 });
  }
  if (known.method === method) return known;
  throw new RequestError(`${known.path} takes ${known.method} only.`, { status: 405 });
}

const ROUTES: readonly (Route & { readonly method: string })[] = [
  {
    ...{ method: 'GET', path: '/health' },
    handle: async ({ response, served: { name, batch } }) =>
      sendJson(response, { status: 'ok', model: name, ...batch.load }),
  },
  {
    ...{ method: 'GET', path: '/v1/models' },
    handle: async ({ response, served }) => sendJson(response, { object: 'list', data: [described(served)] }),
  },
  {
    ...{ method: 'GET', path: '/v1/models/' },
    handle: async ({ request, response, served }) => {
      if (lastPart(request.url) !== served.name) throw noModel(served);
      return sendJson(response, described(served));
    },
  },
  { method: 'POST', path: '/v1/completions', handle: texts(completionRequest) },
  { method: 'POST', path: '/v1/chat/completions', handle: texts(chatRequest) },
];

/** A route that draws what `parse` makes of the body. */
function texts(parse: (fields: RequestFields, served: ServedModel) => TextRequest): Route['handle'] {
  return async (call) => {
    const { request, served, bodyBytes } = call;
    const fields = requestFields(await readJson(request, bodyBytes));
    const model = fields.text('model');
    if (model !== undefined && model !== served.name) throw noModel(served);
    const asked = parse(fields, served);
    fields.expectNoOthers();
    return answer(asked, served, call);
  };
}

function described({ name, created, longest }: ServedModel): object {
  return { id: name, object: 'model', created, owned_by: 'genai', context_length: longest };
}

function noModel({ name }: ServedModel): RequestError {
  return new RequestError(`There is no such model here. Ask for ${JSON.stringify(name)}.`, {
    ...{ status: 404, param: 'model', code: 'model_not_found' },
  });
}

/** The name of a model may hold slashes. */
function lastPart(url = ''): string | undefined {
  const [path = ''] = url.split('?');
  try {
    return decodeURIComponent(path.slice('/v1/models/'.length));
  } catch {
    return undefined;
  }
}

function sendJson(response: ServerResponse, body: object): undefined {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
