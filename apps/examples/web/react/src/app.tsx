import { useEffect, useState } from 'react';
import { Curve } from './curve.js';
import { DigitGrid } from './digit-grid.js';
import type { DigitsInput, job } from './digits.worker.js';
import { useTraining } from './use-training.js';

// Outside the component: the same functions and objects at each render.
const spawn = (): Worker => new Worker(new URL('./digits.worker.ts', import.meta.url), { type: 'module' });
const FIRST: DigitsInput = { seed: 0, kept: true };
const COUNT = 24;
const LOOK_EVERY = 20;

export function App() {
  // #region app
  const { state, progress, failure, start, pause, resume, stop, call } = useTraining<typeof job>(spawn, FIRST);
  const [pictures, setPictures] = useState<Float32Array>();
  const [notice, setNotice] = useState('');
  const [losses, setLosses] = useState<readonly number[]>([]);
  const step = progress?.step ?? 0;
  const loss = progress?.metrics.loss;
  useEffect(() => {
    if (loss !== undefined) setLosses((before) => [...before, loss]);
  }, [loss]);

  const look = Math.floor(step / LOOK_EVERY);
  useEffect(() => {
    if (look === 0) return;
    let wanted = true;
    call('draw', COUNT)
      .then((drawn) => wanted && setPictures(drawn))
      .catch(() => {}); // it was stopped meanwhile
    return () => {
      wanted = false;
    };
  }, [look, call]);
  // #endregion app

  const runs = state === 'starting' || state === 'running' || state === 'paused';
  const begin = (kept: boolean): void => {
    setLosses([]);
    setNotice('');
    start({ seed: 0, kept });
  };
  const keep = (): void => {
    call('keep').then(
      (at) => setNotice(`Step ${at} is kept in this browser: open the page again and it goes on from there.`),
      (error) => setNotice(String(error)),
    );
  };
  return (
    <>
      <h1>Digits, learnt in a tab</h1>
      <p className="controls">
        <button type="button" disabled={!runs} onClick={state === 'paused' ? resume : pause}>
          {state === 'paused' ? 'Go on' : 'Pause'}
        </button>
        {runs ? (
          <button type="button" onClick={stop}>
            Stop
          </button>
        ) : (
          <button type="button" onClick={() => begin(true)}>
            Start
          </button>
        )}
        <button type="button" onClick={() => begin(false)}>
          Begin anew
        </button>
        <button type="button" disabled={!runs || state === 'starting'} onClick={keep}>
          Keep
        </button>
      </p>
      <p data-test="state" data-state={state}>
        {state}, step <span data-test="step">{step}</span>, −ELBO{' '}
        <span data-test="loss">{loss?.toFixed(1) ?? '–'}</span> nats
      </p>
      <p aria-live="polite">{failure ?? notice}</p>
      <DigitGrid pixels={pictures} count={COUNT} />
      <Curve values={losses} label="−ELBO, nats, since the page was opened" />
    </>
  );
}
