import { GenaiError } from '@genai/core';
import { expectInteger } from '../expect.js';

export interface EncodeWavOptions {
  /** Samples a second; 22,050 unless given. */
  readonly rate?: number;
  /** Channels, whose samples take turns; 1 unless given. */
  readonly channels?: number;
}

/**
 * Sound, numbers from −1 to 1, as a WAV file of 16 bits a sample; what is beyond is cut off. {@link decodeWav} reads it back.
 *
 * @example
 * await writeFile('song.wav', encodeWav(renderNotes(notes)));
 * @throws GenaiError if an option is out of range, a channel lacks samples, a sample is no number, or the file would reach 4 GB.
 * @source Microsoft and IBM 1991, "Multimedia programming interface and data specifications 1.0", pages 56 to 65.
 */
export function encodeWav(
  samples: ArrayLike<number>,
  { rate = 22_050, channels = 1 }: EncodeWavOptions = {},
): Uint8Array {
  expectInteger('encodeWav', 'rate', rate, 1);
  expectInteger('encodeWav', 'channels', channels, 1);
  const size = 2 * samples.length;
  if (channels > 0xffff || samples.length % channels !== 0 || rate * channels * 2 > 0xffffffff || size > 0xffffff00) {
    throw new GenaiError(
      `encodeWav: got ${samples.length} samples of ${channels} channels at ${rate} a second, expected as many of each channel, in less than 4 GB.`,
    );
  }
  const bytes = new Uint8Array(44 + size);
  const view = new DataView(bytes.buffer);
  bytes.set(letters('RIFF'), 0);
  view.setUint32(4, 36 + size, true);
  bytes.set(letters('WAVEfmt '), 8);
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true); // PCM
  view.setUint16(22, channels, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * channels * 2, true); // bytes a second
  view.setUint16(32, channels * 2, true); // bytes of all channels at once
  view.setUint16(34, 16, true);
  bytes.set(letters('data'), 36);
  view.setUint32(40, size, true);
  for (let i = 0; i < samples.length; i++) {
    const sample = samples[i]!;
    if (Number.isNaN(sample)) throw new GenaiError(`encodeWav: sample ${i} is NaN, expected a number from -1 to 1.`);
    view.setInt16(44 + 2 * i, Math.max(-32768, Math.min(32767, Math.round(sample * 32768))), true);
  }
  return bytes;
}

function letters(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
