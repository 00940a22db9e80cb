import { GenaiError } from '@genai/core';

/** Sound. */
export interface Sound {
  /** Numbers from −1 to 1; those of several channels take turns. */
  readonly samples: Float32Array;
  /** Samples of each channel a second. */
  readonly rate: number;
  readonly channels: number;
}

/**
 * Reads a WAV file of integers of 8, 16, 24 or 32 bits, or of floats of 32. `name` stands in errors.
 *
 * @example
 * const { samples, rate } = decodeWav(await readFile('song.wav'));
 * @throws GenaiError if the bytes are not such a file, or it is cut off.
 * @source Microsoft and IBM 1991, "Multimedia programming interface and data specifications 1.0", pages 56 to 65.
 */
export function decodeWav(bytes: Uint8Array, name = 'the WAV file'): Sound {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (tagAt(bytes, 0) !== 'RIFF' || tagAt(bytes, 8) !== 'WAVE') {
    throw new GenaiError(
      `decodeWav: ${name} starts with ${JSON.stringify(tagAt(bytes, 0))} and ${JSON.stringify(tagAt(bytes, 8))}, expected "RIFF" and "WAVE". Is it a WAV file?`,
    );
  }
  let format: Format | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const [tag, size, start] = [tagAt(bytes, at), view.getUint32(at + 4, true), at + 8];
    if (size > bytes.length - start) {
      throw new GenaiError(
        `decodeWav: ${name} has ${bytes.length - start} bytes left at byte ${start}, expected ${size}. Is the file cut off?`,
      );
    }
    if (tag === 'fmt ') format = formatOf(view, start, size, name);
    else if (tag === 'data' && format) {
      const { channels, rate, width, read } = format;
      const count = Math.floor(size / (width * channels)) * channels;
      const samples = Float32Array.from({ length: count }, (_, i) => read(view, start + i * width));
      return { samples, rate, channels };
    }
    at = start + size + (size % 2); // chunks begin at even places
  }
  throw new GenaiError(`decodeWav: ${name} has no ${format ? 'sound' : 'format before its sound'}. Is it damaged?`);
}

interface Format {
  readonly channels: number;
  readonly rate: number;
  /** Bytes of a sample. */
  readonly width: number;
  readonly read: (view: DataView, at: number) => number;
}

function formatOf(view: DataView, at: number, size: number, name: string): Format {
  if (size < 16) throw new GenaiError(`decodeWav: ${name} has a format of ${size} bytes, expected at least 16.`);
  const coded = view.getUint16(at, true);
  const code = coded === EXTENSIBLE && size >= 26 ? view.getUint16(at + 24, true) : coded;
  const [channels, rate, bits] = [
    view.getUint16(at + 2, true),
    view.getUint32(at + 4, true),
    view.getUint16(at + 14, true),
  ];
  const read = READERS[`${code}/${bits}`];
  if (read && channels > 0 && rate > 0) return { channels, rate, width: bits / 8, read };
  throw new GenaiError(
    `decodeWav: ${name} has ${channels} channels at ${rate} a second of ${bits} bits in format ${code}, expected PCM (1) of 8, 16, 24 or 32 bits or floats (3) of 32. Save it as 16-bit PCM.`,
  );
}

const EXTENSIBLE = 0xfffe;

/** By format and bits; those of one byte have no sign. */
const READERS: { readonly [kind: string]: Format['read'] | undefined } = {
  '1/8': (view, at) => (view.getUint8(at) - 128) / 128,
  '1/16': (view, at) => view.getInt16(at, true) / 32768,
  '1/24': (view, at) => ((view.getInt8(at + 2) << 16) + view.getUint16(at, true)) / 2 ** 23,
  '1/32': (view, at) => view.getInt32(at, true) / 2 ** 31,
  '3/32': (view, at) => view.getFloat32(at, true),
};

function tagAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}
