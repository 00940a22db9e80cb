/** Music that is heard: rendered in a worker of its own, started by a click only. */
import type { Note } from '@genai/data';
import { onBeforeUnmount, reactive } from 'vue';
import type { SoundAnswer, SoundQuestion } from '../../../lab/music/sound.worker.js';

export interface SoundHandle {
  /** Whether something is heard, or about to be. */
  readonly playing: boolean;
  /** Seconds since it began; undefined in silence. */
  readonly seconds: number | undefined;
  /** Plays to the end, or until `stop`; resolves then with whether it came to its end. Call it from a click, or browsers stay silent. */
  readonly play: (notes: readonly Note[], tempo: number) => Promise<boolean>;
  readonly stop: () => void;
  /** The bytes of a WAV file. */
  readonly wavOf: (notes: readonly Note[], tempo: number) => Promise<Uint8Array<ArrayBuffer>>;
}

export function useSound(): SoundHandle {
  let worker: Worker | undefined;
  let context: AudioContext | undefined;
  let source: AudioBufferSourceNode | undefined;
  let frame: number | undefined;
  let asked = 0;
  let ended: (whole: boolean) => void = () => {};
  const waiting = new Map<number, { done: (answer: SoundAnswer) => void; failed: (error: Error) => void }>();

  const sound = reactive({
    playing: false,
    seconds: undefined as number | undefined,
    play,
    stop: () => silence(false),
    wavOf: async (notes: readonly Note[], tempo: number) => (await render(notes, tempo)).wav,
  });
  onBeforeUnmount(() => {
    silence(false);
    worker?.terminate();
    void context?.close();
  });

  function render(notes: readonly Note[], tempo: number): Promise<SoundAnswer> {
    if (!worker) {
      worker = new Worker(new URL('../../../lab/music/sound.worker.ts', import.meta.url), { type: 'module' });
      worker.onmessage = ({ data }: MessageEvent<SoundAnswer>) => {
        waiting.get(data.id)?.done(data);
        waiting.delete(data.id);
      };
      worker.onerror = ({ message }) => {
        for (const { failed } of waiting.values()) failed(new Error(message || 'The sound could not be made.'));
        waiting.clear();
      };
    }
    const question: SoundQuestion = { id: ++asked, notes, tempo };
    const answer = new Promise<SoundAnswer>((done, failed) => waiting.set(question.id, { done, failed }));
    worker.postMessage(question);
    return answer;
  }

  async function play(notes: readonly Note[], tempo: number): Promise<boolean> {
    silence(false);
    context ??= new AudioContext();
    const mine = new Promise<boolean>((resolve) => {
      ended = resolve;
    });
    const token = ended;
    sound.playing = true;
    try {
      const [{ samples, rate }] = await Promise.all([render(notes, tempo), context.resume()]);
      if (ended !== token) return mine; // stopped, or something else is to be heard
      if (samples.length > 0) begin(context, samples, rate);
      else silence(true);
    } catch (error) {
      if (ended === token) silence(false);
      throw error;
    }
    return mine;
  }

  function begin(on: AudioContext, samples: Float32Array<ArrayBuffer>, rate: number): void {
    const buffer = on.createBuffer(1, samples.length, rate);
    buffer.copyToChannel(samples, 0);
    const playing = on.createBufferSource();
    playing.buffer = buffer;
    playing.connect(on.destination);
    playing.onended = () => source === playing && silence(true);
    source = playing;
    const since = on.currentTime;
    playing.start();
    const follow = (): void => {
      sound.seconds = on.currentTime - since;
      frame = requestAnimationFrame(follow);
    };
    follow();
  }

  function silence(whole: boolean): void {
    const old = source;
    source = undefined;
    old?.stop();
    if (frame !== undefined) cancelAnimationFrame(frame);
    frame = undefined;
    sound.playing = false;
    sound.seconds = undefined;
    const tell = ended;
    ended = () => {};
    tell(whole);
  }

  return sound as SoundHandle;
}
