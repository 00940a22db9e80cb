import { GenaiError } from '@genai/core';
import { MidiBytes } from './midi-bytes.js';
import type { Note } from './note.js';
import type { Tempo } from './tempo.js';

/** What a MIDI file says that matters here: notes in order of their start, then pitch, and tempos in order. */
export interface Song {
  readonly notes: readonly Required<Note>[];
  /** Turn beats into seconds by {@link secondsAt}; empty where the file tells none: 120 beats a minute. */
  readonly tempos: readonly Tempo[];
  /** In so many steps the file cuts a beat. */
  readonly ticksPerBeat: number;
}

/**
 * Reads a standard MIDI file (.mid) of one or of several simultaneous tracks. `name` stands in errors.
 *
 * A note lasts until its key is released, at least one tick; of two with one key on one channel the earlier is released first, and
 * those that never are end with their track. Its program is the last chosen on its channel. Controllers, pitch bends and text
 * are passed over.
 *
 * @example
 * const { notes, tempos } = decodeMidi(await readFile('song.mid'));
 * notes[0]; // { pitch: 60, start: 0, duration: 1, velocity: 80, channel: 0, program: 0 }
 * @throws GenaiError if the bytes are not such a file, or its times are those of film (SMPTE); no more is allocated than the
 * bytes make up.
 * @source MIDI Manufacturers Association 1996, "Standard MIDI files 1.0" (RP-001).
 */
export function decodeMidi(bytes: Uint8Array, name = 'the MIDI file'): Song {
  const file = new MidiBytes(bytes, name);
  const { count, ticksPerBeat } = headerOf(file, name);
  const events: TrackEvent[] = [];
  for (let track = 0; track < count; ) {
    const tag = file.tag();
    const part = file.part(file.number(4));
    if (tag === 'MTrk') readTrack(part, track++, events); // other chunks are to be passed over
  }
  // Tracks sound at once; events of one moment keep the order of the file.
  events.sort((a, b) => a.tick - b.tick);
  const tempos = events.flatMap((event) =>
    event.kind === 'tempo' ? [{ beat: event.tick / ticksPerBeat, beatsPerMinute: 60e6 / event.value }] : [],
  );
  return { notes: notesOfEvents(events, ticksPerBeat), tempos, ticksPerBeat };
}

/** `value` is a velocity of `on`, a program, or microseconds a beat. */
type TrackEvent = {
  readonly kind: 'on' | 'off' | 'program' | 'tempo' | 'end';
  readonly tick: number;
  readonly track: number;
  readonly channel: number;
  readonly pitch: number;
  readonly value: number;
};

function headerOf(file: MidiBytes, name: string): { readonly count: number; readonly ticksPerBeat: number } {
  const tag = file.tag();
  if (tag !== 'MThd') {
    throw new GenaiError(
      `decodeMidi: ${name} starts with ${JSON.stringify(tag)}, expected "MThd". Is it a standard MIDI file?`,
    );
  }
  const header = file.part(file.number(4));
  const [format, count, division] = [header.number(2), header.number(2), header.number(2)];
  if (format > 1) {
    throw new GenaiError(
      `decodeMidi: ${name} is of format ${format}, expected 0 or 1: tracks that sound at once. Save it as one of these.`,
    );
  }
  if (division === 0 || division >= 0x8000) {
    throw new GenaiError(
      `decodeMidi: ${name} divides time by ${division}, expected 1 to 32767 ticks a beat. Save it without SMPTE time code.`,
    );
  }
  return { count, ticksPerBeat: division };
}

function readTrack(bytes: MidiBytes, track: number, events: TrackEvent[]): void {
  let tick = 0;
  let status = 0; // that stands until another comes
  const push = (kind: TrackEvent['kind'], pitch: number, value: number): void => {
    events.push({ kind, tick, track, channel: status & 15, pitch, value });
  };
  while (!bytes.done) {
    tick += bytes.length();
    if (bytes.peek() >= 0xf0) {
      const system = bytes.number(1);
      const type = system === 0xff ? bytes.number(1) : undefined;
      if (system !== 0xff && system !== 0xf0 && system !== 0xf7) bytes.fail(`the unknown message ${system}`);
      const size = bytes.length();
      if (type === END_OF_TRACK) break;
      if (type === SET_TEMPO && size === 3) {
        const microseconds = bytes.number(3);
        if (microseconds === 0) bytes.fail('a tempo of 0 microseconds a beat');
        push('tempo', 0, microseconds);
      } else bytes.skip(size);
      continue;
    }
    if (bytes.peek() >= 0x80) status = bytes.number(1);
    if (status === 0) bytes.fail('data before the first message');
    const first = bytes.data();
    const kind = status >> 4;
    if (kind === PROGRAM_CHANGE) push('program', 0, first);
    else if (kind !== CHANNEL_PRESSURE) {
      const second = bytes.data();
      if (kind === NOTE_OFF || (kind === NOTE_ON && second === 0)) push('off', first, 0);
      else if (kind === NOTE_ON) push('on', first, second);
    }
  }
  push('end', 0, 0);
}

const NOTE_OFF = 0x8;
const NOTE_ON = 0x9;
const PROGRAM_CHANGE = 0xc;
const CHANNEL_PRESSURE = 0xd;
const END_OF_TRACK = 0x2f;
const SET_TEMPO = 0x51;

type Held = { readonly event: TrackEvent; readonly program: number };
/** Keys struck, of which so many have been released. */
type Sounding = { readonly notes: Held[]; released: number };

function notesOfEvents(events: readonly TrackEvent[], ticksPerBeat: number): Required<Note>[] {
  const held = new Map<number, Map<number, Sounding>>(); // by track, then by channel and pitch
  const programs = new Array<number>(16).fill(0);
  const notes: Required<Note>[] = [];
  const release = ({ event, program }: Held, tick: number): void => {
    notes.push({
      pitch: event.pitch,
      start: event.tick / ticksPerBeat,
      duration: Math.max(1, tick - event.tick) / ticksPerBeat,
      velocity: event.value,
      channel: event.channel,
      program,
    });
  };
  for (const event of events) {
    const { kind, tick, track, channel, pitch, value } = event;
    const place = channel * 128 + pitch;
    if (kind === 'program') programs[channel] = value;
    else if (kind === 'on') {
      const ofTrack = held.get(track) ?? new Map<number, Sounding>();
      const sounding = ofTrack.get(place) ?? { notes: [], released: 0 };
      sounding.notes.push({ event, program: programs[channel]! });
      held.set(track, ofTrack.set(place, sounding));
    } else if (kind === 'off') {
      const sounding = held.get(track)?.get(place);
      if (sounding && sounding.released < sounding.notes.length) release(sounding.notes[sounding.released++]!, tick);
    } else if (kind === 'end') {
      for (const { notes, released } of held.get(track)?.values() ?? []) {
        for (const note of notes.slice(released)) release(note, tick);
      }
      held.delete(track);
    }
  }
  return notes.sort((a, b) => a.start - b.start || a.pitch - b.pitch || a.channel - b.channel);
}
