import { expect, test } from 'vitest';
import { pipe } from '../pipe.js';
import { mlflow } from './mlflow.js';

type Sent = { readonly path: string; readonly body: { readonly [name: string]: unknown } };

/** A server that knows the requests of MLflow 2 that we make. */
function server({ known = false, refuse }: { readonly known?: boolean; readonly refuse?: string } = {}): {
  readonly sent: Sent[];
  readonly fetch: typeof fetch;
} {
  const sent: Sent[] = [];
  const answers: { readonly [path: string]: object } = {
    'experiments/create': { experiment_id: '7' },
    'experiments/search': { experiments: [{ experiment_id: '3', name: "it's" }] },
    'runs/create': { run: { info: { run_id: 'abc' } } },
    'runs/log-batch': {},
    'runs/update': {},
  };
  const answer: typeof fetch = async (url, init) => {
    const path = String(url).replace('http://host:5000/api/2.0/mlflow/', '');
    sent.push({ path, body: JSON.parse(String(init!.body)) });
    if (path === refuse) return Response.json({ error_code: 'INVALID', message: 'too long' }, { status: 400 });
    if (known && path === 'experiments/create') {
      return Response.json({ error_code: 'RESOURCE_ALREADY_EXISTS', message: 'there' }, { status: 400 });
    }
    return Response.json(answers[path]);
  };
  return { sent, fetch: answer };
}

async function* progress(count: number, fail = false): AsyncGenerator<{ step: number; metrics: { loss: number } }> {
  for (let step = 1; step <= count; step++) yield { step, metrics: { loss: step === 2 ? Number.NaN : 1 / step } };
  if (fail) throw new Error('the step failed');
}

const OPTIONS = { url: 'http://host:5000/', experiment: "it's", every: 1e9, now: () => 1234.5 };

test('known answers: a run is made, its settings and metrics sent in batches, its end told', async () => {
  const { sent, fetch } = server();
  for await (const _ of pipe(progress(1500), mlflow({ ...OPTIONS, name: 'one', params: { width: 16 }, fetch })));
  expect(sent.map(({ path }) => path)).toEqual([
    ...['experiments/create', 'runs/create', 'runs/log-batch', 'runs/log-batch', 'runs/log-batch', 'runs/update'],
  ]);
  expect(sent[1]!.body).toEqual({ experiment_id: '7', start_time: 1235, run_name: 'one' });
  expect(sent[2]!.body).toEqual({ run_id: 'abc', params: [{ key: 'width', value: '16' }] });
  const [first, rest] = [sent[3]!, sent[4]!].map(({ body }) => body.metrics as object[]);
  expect([first!.length, rest!.length]).toEqual([1000, 500]);
  expect(first!.slice(0, 2)).toEqual([
    { key: 'loss', value: 1, timestamp: 1235, step: 1 },
    { key: 'loss', value: 'NaN', timestamp: 1235, step: 2 },
  ]);
  expect(sent[5]!.body).toEqual({ run_id: 'abc', status: 'FINISHED', end_time: 1235 });
});

test('known answers: an experiment that is there is found by its name', async () => {
  const { sent, fetch } = server({ known: true });
  for await (const _ of pipe(progress(1), mlflow({ ...OPTIONS, fetch })));
  expect(sent[1]!.body).toEqual({ filter: "name = 'it\\'s'", max_results: 1 });
  expect(sent[2]!.body).toMatchObject({ experiment_id: '3' });
});

test('known answers: what is left early is killed, what fails has failed', async () => {
  const left = server();
  for await (const { step } of pipe(progress(5), mlflow({ ...OPTIONS, fetch: left.fetch }))) if (step === 2) break;
  expect(left.sent.at(-1)!.body).toMatchObject({ status: 'KILLED' });
  expect((left.sent.at(-2)!.body.metrics as object[]).length).toBe(2);
  const failed = server();
  const loop = async (): Promise<void> => {
    for await (const _ of pipe(progress(1, true), mlflow({ ...OPTIONS, fetch: failed.fetch })));
  };
  await expect(loop()).rejects.toThrow('the step failed');
  expect(failed.sent.at(-1)!.body).toMatchObject({ status: 'FAILED' });
});

test('errors: a server that refuses or does not answer', async () => {
  const refusing = server({ refuse: 'runs/create' });
  const loop = async (options: { readonly fetch: typeof fetch }): Promise<void> => {
    for await (const _ of pipe(progress(1), mlflow({ ...OPTIONS, ...options })));
  };
  await expect(loop(refusing)).rejects.toThrow('runs/create was refused: 400 too long');
  const away = { fetch: async () => Promise.reject(new TypeError('fetch failed')) };
  await expect(loop(away)).rejects.toThrow('no answer from http://host:5000/');
});
