import { type AnyJob, type TrainInOptions, trainIn, type WorkerProgress, type WorkerRun } from '@genai/train';
import { useCallback, useEffect, useRef, useState } from 'react';

type Input<J extends AnyJob> = NonNullable<TrainInOptions<J>['input']>;

export interface Shown {
  readonly state: 'stopped' | 'starting' | 'running' | 'paused' | 'ended' | 'failed';
  /** The last move that the worker told of. */
  readonly progress?: WorkerProgress;
  readonly failure?: string;
}

export interface Training<J extends AnyJob> extends Shown {
  readonly start: (input: Input<J>) => void;
  readonly pause: () => void;
  readonly resume: () => void;
  readonly stop: () => void;
  /** Asks a handler of the worker; rejects when nothing trains. */
  readonly call: WorkerRun<J>['call'];
}

// #region hook
/** Trains in a worker that lives as long as its component and its input. With `first` it begins when the component is mounted. */
export function useTraining<J extends AnyJob>(spawn: () => Worker, first?: Input<J>): Training<J> {
  const [input, setInput] = useState(first);
  const [shown, show] = useState<Shown>({ state: first ? 'starting' : 'stopped' });
  const run = useRef<WorkerRun<J>>(undefined);

  // The worker is an effect of the input: StrictMode, which mounts twice, ends the first before there is a second.
  useEffect(() => {
    if (input === undefined) return;
    const mine = trainIn<J>(spawn, { input, coalesce: 40 });
    run.current = mine;
    const ifMine = (next: (shown: Shown) => Shown): void => {
      if (run.current === mine) show(next);
    };
    void (async () => {
      try {
        for await (const progress of mine) {
          ifMine(({ state }) => ({ state: state === 'starting' ? 'running' : state, progress }));
        }
        ifMine((shown) => ({ ...shown, state: 'ended' }));
      } catch (error) {
        ifMine((shown) => ({ ...shown, state: 'failed', failure: String(error) }));
      }
    })();
    return () => {
      run.current = undefined;
      void mine[Symbol.asyncDispose]();
    };
  }, [spawn, input]);

  const begin = useCallback((next?: Input<J>) => {
    setInput(() => next);
    show({ state: next ? 'starting' : 'stopped' });
  }, []);
  const hold = useCallback((state: 'paused' | 'running') => {
    void (state === 'paused' ? run.current?.pause() : run.current?.resume());
    show((shown) => ({ ...shown, state }));
  }, []);
  const pause = useCallback(() => hold('paused'), [hold]);
  const resume = useCallback(() => hold('running'), [hold]);
  const stop = useCallback(() => begin(), [begin]);
  const call = useCallback<Training<J>['call']>(async (name, ...args) => {
    if (!run.current) throw new Error('nothing trains');
    return run.current.call(name, ...args);
  }, []);
  return { ...shown, start: begin, pause, resume, stop, call };
}
// #endregion hook
