import { GenaiError } from '@genai/core';
import type { Operator } from '../pipe.js';
import type { Progress } from '../run.js';

export interface MlflowOptions {
  /** Where the server is: `http://localhost:5000`. */
  readonly url: string;
  /** The experiment's name; it is made where there is none. */
  readonly experiment: string;
  /** The run's name. The server gives one where it is left out. */
  readonly name?: string;
  /** Settings to compare runs by. */
  readonly params?: { readonly [name: string]: string | number | boolean };
  /** Sends at least this often, in seconds, and at the end. Default 5. */
  readonly every?: number;
  /** Sent with each request, such as `authorization`. */
  readonly headers?: { readonly [name: string]: string };
  /** Default the global `fetch`. */
  readonly fetch?: typeof fetch;
  /** The time in milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number;
}

/**
 * Logs the metrics of each progress to an MLflow server by its REST interface (2.0) and lets it through. The run is told as finished,
 * failed or (when the loop is left early) killed.
 *
 * Metrics wait and are sent together, at most a thousand in a request. Where the server does not answer, training stops with the
 * error: what was not sent is not lost silently.
 *
 * @example
 * for await (const _ of pipe(run, mlflow({ url: 'http://localhost:5000', experiment: 'digits', params: { width: 256 } }))) ;
 * @throws GenaiError while iterating, if the server refuses a request, with its message.
 * @source https://mlflow.org/docs/latest/rest-api.html
 */
export function mlflow<P extends Pick<Progress<unknown>, 'step' | 'metrics'>>(options: MlflowOptions): Operator<P> {
  const { every = 5, now = Date.now } = options;
  return async function* (source) {
    const call = caller(options);
    const experiment = await experimentId(call, options.experiment);
    const run = await started(call, experiment, options);
    let waiting: LoggedMetric[] = [];
    let sent = now();
    const flush = async (): Promise<void> => {
      while (waiting.length > 0) {
        await call('runs/log-batch', { run_id: run, metrics: waiting.slice(0, BATCH) });
        waiting = waiting.slice(BATCH);
      }
      sent = now();
    };
    let status = 'KILLED';
    try {
      for await (const progress of source) {
        const { step, metrics } = progress;
        const timestamp = Math.round(now());
        for (const [name, value] of Object.entries(metrics))
          waiting.push({ key: name, value: asJson(value), timestamp, step });
        if (now() - sent >= every * 1000) await flush();
        yield progress;
      }
      status = 'FINISHED';
    } catch (error) {
      status = 'FAILED';
      throw error;
    } finally {
      // After an error of the source, or of the server, that one is to be told.
      const closing = async (): Promise<void> => {
        await flush();
        await call('runs/update', { run_id: run, status, end_time: Math.round(now()) });
      };
      await (status === 'FAILED' ? closing().catch(() => undefined) : closing());
    }
  };
}

type LoggedMetric = {
  readonly key: string;
  readonly value: number | string;
  readonly timestamp: number;
  readonly step: number;
};
type Call = (path: string, body: object) => Promise<{ readonly [name: string]: unknown }>;

/** The most metrics of a request. */
const BATCH = 1000;
/** The most parameters of a request. */
const PARAMS = 100;

function caller({ url, headers, fetch: send = fetch }: MlflowOptions): Call {
  const base = `${url.replace(/\/+$/, '')}/api/2.0/mlflow/`;
  return async (path, body) => {
    const response = await send(base + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    }).catch((error: unknown) => {
      throw new GenaiError(`mlflow: no answer from ${url}. Is the server running there?`, { cause: error });
    });
    const answer = (await response.json().catch(() => ({}))) as { readonly [name: string]: unknown };
    if (!response.ok) {
      const { error_code: code, message } = answer;
      throw new MlflowError(
        `mlflow: ${path} was refused: ${response.status} ${message ?? response.statusText}`,
        String(code),
      );
    }
    return answer;
  };
}

class MlflowError extends GenaiError {
  readonly code: string;

  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}

/** Of the experiment of that name. Who makes it at the same time as another finds that one. */
async function experimentId(call: Call, name: string): Promise<string> {
  try {
    return String((await call('experiments/create', { name })).experiment_id);
  } catch (error) {
    if (!(error instanceof MlflowError && error.code === 'RESOURCE_ALREADY_EXISTS')) throw error;
  }
  const found = await call('experiments/search', { filter: `name = '${name.replaceAll("'", "\\'")}'`, max_results: 1 });
  const [experiment] = found.experiments as readonly { readonly experiment_id: string }[];
  return String(experiment!.experiment_id);
}

async function started(
  call: Call,
  experiment: string,
  { name, params = {}, now = Date.now }: MlflowOptions,
): Promise<string> {
  const made = await call('runs/create', {
    experiment_id: experiment,
    start_time: Math.round(now()),
    ...(name !== undefined && { run_name: name }),
  });
  const run = (made.run as { readonly info: { readonly run_id: string } }).info.run_id;
  const entries = Object.entries(params).map(([key, value]) => ({ key, value: String(value) }));
  for (let i = 0; i < entries.length; i += PARAMS) {
    await call('runs/log-batch', { run_id: run, params: entries.slice(i, i + PARAMS) });
  }
  return run;
}

/** JSON has no NaN and no infinity; MLflow reads these words. */
function asJson(value: number): number | string {
  return Number.isFinite(value) ? value : Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
}
