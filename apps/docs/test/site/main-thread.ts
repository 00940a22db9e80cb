import type { Visit } from './visits.js';

/**
 * The milliseconds of the processor that each task of the page's main thread takes during `work`: a frame is at least as long. On a
 * busy machine the clock says little.
 */
export async function tasksDuring(visit: Visit, work: () => Promise<void>): Promise<number[]> {
  await visit.browser.startTracing(visit.page, { categories: ['toplevel', '__metadata'] });
  await work();
  const trace = await visit.browser.stopTracing();
  const { traceEvents } = JSON.parse(trace.toString()) as { readonly traceEvents: readonly TraceEvent[] };
  const threadOf = ({ pid, tid }: TraceEvent): string => `${pid}:${tid}`;
  const mains = new Set(
    traceEvents.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain').map(threadOf),
  );
  return traceEvents
    .filter((event) => event.ph === 'X' && event.tdur !== undefined && mains.has(threadOf(event)))
    .map(({ tdur }) => tdur! / 1_000);
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}
