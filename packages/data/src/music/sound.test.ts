import { GenaiError } from '@genai/core';
import { expectClose } from '@genai/testing/expect-close';
import { describe, expect, test } from 'vitest';
import { decodeWav } from './decode-wav.js';
import { encodeWav } from './encode-wav.js';
import { renderNotes } from './render-notes.js';

describe('goldens', () => {
  // import wave, struct, io; b = io.BytesIO(); w = wave.open(b, 'wb')
  // w.setnchannels(2); w.setsampwidth(2); w.setframerate(8000)
  // w.writeframes(struct.pack('<4h', 0, 16384, -32768, 32767)); w.close(); b.getvalue().hex()
  const STEREO =
    '524946462c00000057415645666d74201000000001000200401f0000007d0000040010006461746108000000000000400080ff7f';

  test("the bytes are those of Python's wave", () => {
    const bytes = encodeWav([0, 0.5, -1, 1], { rate: 8000, channels: 2 });
    expect(Buffer.from(bytes).toString('hex')).toBe(STEREO);
    const { samples, rate, channels } = decodeWav(bytesOf(STEREO));
    expect([rate, channels]).toEqual([8000, 2]);
    expectClose(samples, [0, 0.5, -1, 32767 / 32768]);
  });

  test("other widths, as Python's wave and scipy's wavfile write them", () => {
    // setnchannels(1); setsampwidth(3); setframerate(48000); writeframes(bytes.fromhex('0000400000c0ffff7f'))
    const wide =
      '524946462d00000057415645666d7420100000000100010080bb0000803202000300180064617461090000000000400000c0ffff7f';
    expectClose(decodeWav(bytesOf(wide)).samples, [0.5, -0.5, 1 - 2 ** -23]);
    // setnchannels(1); setsampwidth(1); setframerate(8000); writeframes(bytes([128, 192, 0]))
    const narrow = '524946462700000057415645666d74201000000001000100401f0000401f000001000800646174610300000080c000';
    expectClose(decodeWav(bytesOf(narrow)).samples, [0, 0.5, -1]);
    // scipy.io.wavfile.write(b, 8000, numpy.array([0.5, -0.25], dtype='float32'))
    const floats =
      '524946463a00000057415645666d74201200000003000100401f0000007d000004002000000066616374040000000200000064617461080000000000003f000080be';
    expectClose(decodeWav(bytesOf(floats)).samples, [0.5, -0.25]);
    // scipy.io.wavfile.write(b, 8000, numpy.array([2**30, -2**31], dtype='int32'))
    const long =
      '524946462c00000057415645666d74201000000001000100401f0000007d00000400200064617461080000000000004000000080';
    expectClose(decodeWav(bytesOf(long)).samples, [0.5, -1]);
  });
});

describe('known answers', () => {
  test('a tone has the pitch of its note, in any octave', () => {
    for (const [pitch, hertz] of [
      [69, 440],
      [60, 261.6256],
      [45, 110],
      [93, 1760],
    ] as const) {
      const samples = renderNotes([{ pitch, start: 0, duration: 1 }], {
        rate: 8000,
        tempo: 60,
        partials: [1, 0.5, 0.25],
      });
      // The strongest of the fundamental's neighbours a quarter of a semitone apart is the fundamental itself.
      const loudness = [-2, -1, 0, 1, 2].map((quarter) => amplitudeAt(samples, hertz * 2 ** (quarter / 48), 8000));
      expect(loudness.indexOf(Math.max(...loudness))).toBe(2);
      expect(amplitudeAt(samples, 2 * hertz, 8000) / loudness[2]!).toBeCloseTo(0.5, 1);
      expect(amplitudeAt(samples, 1.5 * hertz, 8000) / loudness[2]!).toBeLessThan(0.05);
    }
  });

  test('nothing folds back: partials above half the rate are silent', () => {
    const samples = renderNotes([{ pitch: 108, start: 0, duration: 1 }], { rate: 8000, partials: [0, 1] }); // 4186 Hz
    expect(samples.every((x) => x === 0)).toBe(true);
  });

  test('it begins and lasts as written, by the tempo, and the release after', () => {
    const samples = renderNotes([{ pitch: 69, start: 2, duration: 1 }], {
      rate: 1000,
      tempo: [
        { beat: 0, beatsPerMinute: 60 },
        { beat: 2, beatsPerMinute: 120 },
      ],
      envelope: { release: 0.25 },
    });
    expect(samples).toHaveLength(2750);
    expect(samples.subarray(0, 2001).every((x) => x === 0)).toBe(true);
    expect(samples.subarray(2001, 2100).some((x) => Math.abs(x) > 0.05)).toBe(true);
    expect(samples.subarray(2480, 2520).some((x) => Math.abs(x) > 0.02)).toBe(true);
    expect(Math.abs(samples.at(-1)!)).toBeLessThan(0.01);
  });

  test('there are no clicks: no two samples differ by more than the wave makes them', () => {
    const samples = renderNotes([{ pitch: 45, start: 0, duration: 0.5, velocity: 127 }], {
      rate: 22_050,
      partials: [1],
    });
    const steepest = 0.3 * ((2 * Math.PI * 110) / 22_050 + 1 / (0.01 * 22_050)); // of the wave, and of the attack
    for (let i = 1; i < samples.length; i++) expect(Math.abs(samples[i]! - samples[i - 1]!)).toBeLessThan(steepest);
    expect(Math.abs(samples[0]!) + Math.abs(samples.at(-1)!)).toBeLessThan(1e-3);
  });

  test('many notes stay within 1, and stronger ones are louder', () => {
    const chord = Array.from({ length: 30 }, (_, i) => ({ pitch: 40 + i, start: 0, duration: 1, velocity: 127 }));
    const loudest = renderNotes(chord, { rate: 4000 }).reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    expect(loudest).toBeCloseTo(1, 5);
    const peaks = [20, 80, 127].map((velocity) =>
      Math.max(...renderNotes([{ pitch: 69, start: 0, duration: 1, velocity }], { rate: 4000 })),
    );
    expect(peaks[0]! < peaks[1]! && peaks[1]! < peaks[2]! && peaks[2]! <= 1).toBe(true);
  });

  test('nothing gives nothing, and percussion is left out', () => {
    expect(renderNotes([])).toHaveLength(0);
    expect(renderNotes([{ pitch: 36, start: 0, duration: 1, channel: 9 }])).toHaveLength(0);
  });
});

describe('properties', () => {
  test('written and read again, sound is the same to half a step of 16 bits', () => {
    const samples = renderNotes([{ pitch: 60, start: 0, duration: 0.5 }], { rate: 8000 });
    const { samples: heard, rate } = decodeWav(encodeWav(samples, { rate: 8000 }));
    expect(rate).toBe(8000);
    expectClose(heard, samples, { absolute: 0.51 / 32768, relative: 0 });
    expect(decodeWav(encodeWav(heard, { rate })).samples).toEqual(heard);
  });
});

describe('errors', () => {
  test('files that are damaged or of another kind', () => {
    const good = encodeWav([0, 0.5]);
    const changed = (at: number, value: number): Uint8Array => good.with(at, value);
    for (const [bytes, message] of [
      [new Uint8Array(4), /starts with .* expected "RIFF" and "WAVE"/],
      [good.subarray(0, 46), /2 bytes left at byte 44, expected 4. Is the file cut off/],
      [changed(34, 12), /of 12 bits in format 1, expected PCM/],
      [changed(22, 0), /has 0 channels/],
      [changed(12, 0x46), /no format before its sound/],
      [good.subarray(0, 36), /has no sound/],
    ] as const) {
      expect(() => decodeWav(bytes, 'x.wav')).toThrow(GenaiError);
      expect(() => decodeWav(bytes, 'x.wav')).toThrow(message);
    }
  });

  test('numbers out of range', () => {
    expect(() => encodeWav([0, 0, 0], { channels: 2 })).toThrow(/3 samples of 2 channels/);
    expect(() => encodeWav([Number.NaN])).toThrow(/sample 0 is NaN/);
    expect(() => renderNotes([{ pitch: 200, start: 0, duration: 1 }])).toThrow(/pitch 200/);
    expect(() => renderNotes([{ pitch: 60, start: 0, duration: 1e6 }])).toThrow(/at most 3600/);
    expect(() => renderNotes([], { envelope: { sustain: 2 } })).toThrow(/sustain must be from 0 to 1, got 2/);
    expect(() => renderNotes([], { envelope: { attack: 0 } })).toThrow(/attack must be above 0/);
  });
});

/** Size of the Fourier coefficient at a frequency. */
function amplitudeAt(samples: Float32Array, hertz: number, rate: number): number {
  let [real, imaginary] = [0, 0];
  for (const [i, x] of samples.entries()) {
    const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / samples.length); // Hann's: lines do not leak
    real += window * x * Math.cos((2 * Math.PI * hertz * i) / rate);
    imaginary += window * x * Math.sin((2 * Math.PI * hertz * i) / rate);
  }
  return Math.hypot(real, imaginary) / samples.length;
}

function bytesOf(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}
