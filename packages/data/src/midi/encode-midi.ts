import { GenaiError } from '@genai/core';
import type { Note } from './note.js';
import type { Tempo } from './tempo.js';

export interface EncodeMidiOptions {
  /** Beats a minute, or tempos in order of their beats. 120 unless given. */
  readonly tempo?: number | readonly Tempo[];
  /** The instrument of notes that name none, 0 to 127 of General MIDI; 0, a piano, unless given. */
  readonly program?: number;
  /** In so many steps a beat is cut, to which times are rounded; 480 unless given. */
  readonly ticksPerBeat?: number;
}

/**
 * Notes as a standard MIDI file of one track, which every player of music opens.
 *
 * {@link decodeMidi} gives back the same notes, their times rounded to ticks, unless one key on one channel is struck while it sounds
 * and released in another order. Notes without a velocity have 80, without a channel 0.
 *
 * @example
 * await writeFile('song.mid', encodeMidi([{ pitch: 60, start: 0, duration: 1 }], { tempo: 96 }));
 * @throws GenaiError if a number is out of MIDI's range, or tempos are out of order.
 * @source MIDI Manufacturers Association 1996, "Standard MIDI files 1.0" (RP-001).
 */
export function encodeMidi(
  notes: Iterable<Note>,
  { tempo = 120, program = 0, ticksPerBeat = 480 }: EncodeMidiOptions = {},
): Uint8Array {
  expectRange('ticksPerBeat', ticksPerBeat, 1, 0x7fff);
  const messages: Message[] = [];
  const tempos = typeof tempo === 'number' ? [{ beat: 0, beatsPerMinute: tempo }] : tempo;
  for (const { beat, beatsPerMinute } of tempos) {
    const microseconds = Math.round(60e6 / beatsPerMinute);
    expectRange(`a tempo of ${beatsPerMinute} beats a minute, in microseconds a beat,`, microseconds, 1, 0xffffff);
    messages.push({
      tick: tickOf('the beat of a tempo', beat, ticksPerBeat),
      order: 0,
      bytes: tempoBytes(microseconds),
    });
  }
  let number = 0;
  for (const note of notes) messages.push(...messagesOf(note, number++, { program, ticksPerBeat }));
  messages.sort((a, b) => a.tick - b.tick || a.order - b.order);
  const track = trackOf(messages);
  return Uint8Array.from([
    ...[0x4d, 0x54, 0x68, 0x64, 0, 0, 0, 6, 0, 0, 0, 1, ticksPerBeat >> 8, ticksPerBeat & 255], // MThd, format 0
    ...[0x4d, 0x54, 0x72, 0x6b, ...bigEndian(track.length, 4)], // MTrk
    ...track,
  ]);
}

/** At one tick the tempo comes first, then releases, then keys. `program` must be chosen on the channel before. */
type Message = {
  readonly tick: number;
  readonly order: 0 | 1 | 2;
  readonly bytes: readonly number[];
  readonly program?: number;
};

function messagesOf(
  { pitch, start, duration, velocity = 80, channel = 0, program: own }: Note,
  number: number,
  { program, ticksPerBeat }: Required<Pick<EncodeMidiOptions, 'program' | 'ticksPerBeat'>>,
): [Message, Message] {
  const on = own ?? program;
  const where = `of note ${number}`;
  expectRange(`the pitch ${where}`, pitch, 0, 127);
  expectRange(`the velocity ${where}`, velocity, 1, 127);
  expectRange(`the channel ${where}`, channel, 0, 15);
  expectRange(`the program ${where}`, on, 0, 127);
  if (!(duration >= 0)) throw new GenaiError(`encodeMidi: the duration ${where} must be at least 0, got ${duration}.`);
  const from = tickOf(`the start ${where}`, start, ticksPerBeat);
  const to = Math.max(from + 1, tickOf(`the end ${where}`, start + duration, ticksPerBeat));
  return [
    { tick: from, order: 2, bytes: [0x90 | channel, pitch, velocity], program: on },
    { tick: to, order: 1, bytes: [0x80 | channel, pitch, 0] },
  ];
}

/** The bytes of a track: each message after the time since the one before. */
function trackOf(messages: readonly Message[]): number[] {
  const track: number[] = [];
  const programs = new Map<number, number>();
  let now = 0;
  for (const { tick, bytes, program } of messages) {
    track.push(...variableLength(tick - now));
    now = tick;
    const channel = bytes[0]! & 15;
    if (program !== undefined && programs.get(channel) !== program) {
      programs.set(channel, program);
      track.push(0xc0 | channel, program, 0);
    }
    track.push(...bytes);
  }
  track.push(0, 0xff, 0x2f, 0);
  return track;
}

function tempoBytes(microseconds: number): number[] {
  return [0xff, 0x51, 3, ...bigEndian(microseconds, 3)];
}

function bigEndian(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, i) => (value >>> (8 * (bytes - 1 - i))) & 255);
}

/** Seven bits a byte, the highest bit set in all but the last. */
function variableLength(value: number): number[] {
  const bytes = [value & 127];
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) bytes.unshift((rest & 127) | 128);
  return bytes;
}

function tickOf(what: string, beats: number, ticksPerBeat: number): number {
  const tick = Math.round(beats * ticksPerBeat);
  expectRange(`${what}, in ticks,`, tick, 0, MOST_TICKS);
  return tick;
}

/** What four bytes of seven bits hold. */
const MOST_TICKS = 2 ** 28 - 1;

function expectRange(what: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new GenaiError(`encodeMidi: ${what} must be an integer from ${least} to ${most}, got ${value}.`);
}
