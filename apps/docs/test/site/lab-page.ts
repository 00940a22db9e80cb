import { readFile } from 'node:fs/promises';
import type { Locator } from 'playwright';
import { expect } from 'vitest';
import type { Visit } from './visits.js';

/** A laboratory as its tests use it: what stands in its elements, which are named by `data-test`, and the controls that all have. */
export interface LabPage {
  readonly at: (name: string) => Locator;
  readonly text: (name: string) => Promise<string>;
  /** The number that a text begins with; NaN if there is none. */
  readonly number: (name: string) => Promise<number>;
  /** The picture of a canvas, to be compared with another. */
  readonly shot: (name: string) => Promise<string>;

  /** Opens `gan.html?engine=simd` say, of the site or where it is served again. */
  readonly open: (page: string, site?: string) => Promise<void>;
  /** Opens what was saved in a file: the run then stands still. */
  readonly openFile: (bytes: Uint8Array) => Promise<void>;
  /** Trains: by a click on what also pauses and goes on. */
  readonly train: () => Promise<void>;
  /** Pauses, and waits until it rests. */
  readonly pause: () => Promise<void>;
  readonly button: (name: string) => Locator;
  readonly chooseEngine: (name: string) => Promise<void>;
  /** The name and the bytes of the file that is saved. */
  readonly saveFile: () => Promise<SavedFile>;
  /** Keeps the run in the browser. */
  readonly keep: () => Promise<void>;

  /** Each waits until it is so: a text is this or matches this; a number lies between two; the step is reached; the state is another. */
  readonly until: (name: string, text: string | RegExp) => Promise<void>;
  readonly untilNumber: (name: string, range: Range) => Promise<void>;
  readonly reaches: (step: number) => Promise<void>;
  readonly becomes: (state: string) => Promise<void>;
  /** It stands still, and has looked at what is loaded. */
  readonly rests: () => Promise<void>;
}

export interface Range {
  readonly least?: number;
  readonly most?: number;
}

export interface SavedFile {
  readonly name: string;
  readonly bytes: Buffer;
}

/** A laboratory that has come to life. */
export const ALIVE = '.lab[data-alive]';

/** The laboratory that is open in a visit. */
export function labPage(visit: Visit): LabPage {
  const at = (name: string): Locator => visit.page.locator(`[data-test="${name}"]`);
  const text = async (name: string): Promise<string> => (await at(name).first().textContent()) ?? '';
  const number = async (name: string): Promise<number> => Number.parseFloat(await text(name));
  const button = (name: string): Locator => visit.page.getByRole('button', { name, exact: true });

  const until = async (name: string, wanted: string | RegExp): Promise<void> => {
    const { source, flags } = typeof wanted === 'string' ? { source: wanted, flags: undefined } : wanted;
    const found = visit.page.waitForFunction(
      ([selector, pattern, marks]) => {
        const now = document.querySelector(selector)?.textContent ?? undefined;
        return now !== undefined && (marks === undefined ? now === pattern : new RegExp(pattern, marks).test(now));
      },
      [`[data-test="${name}"]`, source, flags] as const,
    );
    // What stands there instead says more than that the time is up.
    if (!(await isLate(found))) return;
    if (typeof wanted === 'string') expect(await text(name), name).toBe(wanted);
    else expect(await text(name), name).toMatch(wanted);
  };

  const untilNumber = async (
    name: string,
    { least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY }: Range,
  ): Promise<void> => {
    const found = visit.page.waitForFunction(
      ([selector, a, b]) => {
        const now = Number.parseFloat(document.querySelector(selector)?.textContent ?? '');
        return now >= a && now <= b;
      },
      [`[data-test="${name}"]`, least, most] as const,
    );
    if (await isLate(found)) expect(await text(name), name).toBe(`between ${least} and ${most}`);
  };

  const becomes = (state: string): Promise<void> => visit.page.locator(`.lab[data-state="${state}"]`).first().waitFor();
  const rests = (): Promise<void> => visit.page.locator('.lab[data-resting=true]').first().waitFor();

  return {
    at,
    text,
    number,
    shot: (name) => at(name).evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL()),
    open: async (page, site = visit.url) => {
      await visit.page.goto(`${site}/live/${page}`);
      await visit.page.locator(ALIVE).first().waitFor(); // the page has its buttons before they do anything
    },
    openFile: async (bytes) => {
      const buffer = Buffer.from(bytes);
      await at('file').setInputFiles({ name: 'a.safetensors', mimeType: 'application/octet-stream', buffer });
    },
    train: () => at('main').click(),
    pause: async () => {
      await at('main').click();
      await rests();
    },
    button,
    chooseEngine: async (name) => {
      await visit.page.getByLabel('Engine').selectOption(name);
      await until('engine', name);
    },
    saveFile: async () => {
      const [download] = await Promise.all([visit.page.waitForEvent('download'), button('Save file').click()]);
      return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
    },
    keep: async () => {
      await button('Keep in this browser').click();
      await until('notice', /^Kept/);
    },
    until,
    untilNumber,
    reaches: (step) => untilNumber('step', { least: step }),
    becomes,
    rests,
  };
}

async function isLate(found: Promise<unknown>): Promise<boolean> {
  try {
    await found;
    return false;
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError') return true;
    throw error;
  }
}
