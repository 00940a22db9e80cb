/** Makes sound of notes, away from the page: a second of four voices costs more than a frame has. */
import { encodeWav, type Note, renderNotes } from '@genai/data';

export interface SoundQuestion {
  readonly id: number;
  readonly notes: readonly Note[];
  /** Beats a minute. */
  readonly tempo: number;
}

export interface SoundAnswer {
  readonly id: number;
  readonly samples: Float32Array<ArrayBuffer>;
  /** Samples a second. */
  readonly rate: number;
  /** The same as a file. */
  readonly wav: Uint8Array<ArrayBuffer>;
}

const RATE = 22_050;

const worker = globalThis as unknown as {
  onmessage: (event: MessageEvent<SoundQuestion>) => void;
  postMessage: (answer: SoundAnswer, transfer: readonly ArrayBuffer[]) => void;
};

worker.onmessage = ({ data: { id, notes, tempo } }) => {
  const samples = renderNotes(notes, { rate: RATE, tempo }) as Float32Array<ArrayBuffer>;
  const wav = encodeWav(samples, { rate: RATE }) as Uint8Array<ArrayBuffer>;
  worker.postMessage({ id, samples, rate: RATE, wav }, [samples.buffer, wav.buffer]);
};
