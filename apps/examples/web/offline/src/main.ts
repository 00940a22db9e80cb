import { trainIn, type WorkerRun } from '@genai/train';
import { SAMPLE } from './sample.js';
import type { job } from './writer.worker.js';

const [text, start, write] = [find('textarea'), find<HTMLButtonElement>('#start'), find<HTMLButtonElement>('#write')];
const [progress, written, temperature] = [find('#progress'), find('#written'), find<HTMLInputElement>('#temperature')];
text.value = SAMPLE;
let run: WorkerRun<typeof job> | undefined;
let draws = 0;

start.addEventListener('click', () => void learn());
write.addEventListener('click', () => void show());

// #region register
if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  navigator.serviceWorker
    .register('sw.js')
    .then((registration) => registration.update()) // asks for a new version
    .catch(() => {}); // no network, or a private window, which has none: the app works without
  void navigator.serviceWorker.ready.then(() => {
    find('#offline').textContent = 'It is kept in this browser, and opens without a network.';
  });
}
// #endregion register

/** Learns the text as it is now. What learnt another before is ended. */
async function learn(): Promise<void> {
  await run?.[Symbol.asyncDispose]();
  const spawn = (): Worker => new Worker(new URL('./writer.worker.ts', import.meta.url), { type: 'module' });
  const mine = trainIn<typeof job>(spawn, { input: text.value, coalesce: 40 });
  run = mine;
  progress.textContent = 'starting …';
  written.textContent = '';
  try {
    find('#engine').textContent = `on ${await mine.call('engine')}`;
    for await (const { step, metrics } of mine) {
      if (run !== mine) return;
      progress.textContent = `step ${step}: ${metrics.loss.toFixed(3)} nats a character`;
      write.disabled = false;
      if (step % 100 === 0) void show();
    }
  } catch (error) {
    if (run === mine) progress.textContent = String(error instanceof Error ? error.message : error);
  }
}

async function show(): Promise<void> {
  const mine = run;
  const drawn = await mine?.call('write', { temperature: temperature.valueAsNumber, seed: draws++ });
  if (run !== mine || drawn === undefined) return;
  written.textContent = drawn;
  const known = new Set(text.value.split('\n'));
  const lines = drawn.split('\n').slice(0, -1); // the last is cut
  const fresh = lines.filter((line) => !known.has(line)).length;
  find('#fresh').textContent = lines.length > 0 ? `${fresh} of ${lines.length} lines are not in the text.` : '';
}

function find(selector: 'textarea'): HTMLTextAreaElement;
function find<E extends HTMLElement>(selector: string): E;
function find(selector: string): Element {
  return document.querySelector(selector)!;
}
