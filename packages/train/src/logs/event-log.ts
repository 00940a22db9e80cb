import { GenaiError } from '@genai/core';
import { eventRecord } from './event-record.js';
import { histogramOf } from './histogram-of.js';
import { double, doubles, float, integer, message, nested } from './protobuf.js';

/** What TensorBoard shows: each call gives the bytes of one record to the function that the log was made with. */
export interface EventLog {
  /** Curves: a number of each name at a step. NaN and infinity are written as they are. */
  readonly scalars: (step: number, values: { readonly [tag: string]: number }) => Promise<void>;
  /** A picture: the bytes of a PNG, JPEG or GIF, and its size in pixels. */
  readonly image: (step: number, tag: string, image: EventImage) => Promise<void>;
  /** How many of the finite values lie where. */
  readonly histogram: (step: number, tag: string, values: ArrayLike<number>) => Promise<void>;
  /** Text, as Markdown. */
  readonly text: (step: number, tag: string, text: string) => Promise<void>;
}

/** A picture as a file holds it. */
export interface EventImage {
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
}

export interface EventLogOptions {
  /** The time of an event, in milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number;
}

/**
 * Writes a log that TensorBoard reads. The file's name must hold `tfevents`, as {@link eventFileName} makes it; a folder may hold
 * several, such as one for each time that a run was resumed.
 *
 * `write` gets whole records, in order, and is awaited.
 *
 * @example
 * const file = await open(join(folder, eventFileName()), 'a');
 * const log = await eventLog((bytes) => file.appendFile(bytes));
 * for await (const { step, metrics } of run) await log.scalars(step, metrics);
 * @throws GenaiError if a step is no whole number of at least 0, or a picture has no size.
 * @source https://github.com/tensorflow/tensorboard, `tensorboard/compat/proto/{event,summary,histogram}.proto`
 */
export async function eventLog(
  write: (bytes: Uint8Array) => unknown,
  { now = Date.now }: EventLogOptions = {},
): Promise<EventLog> {
  const event = async (...fields: readonly Uint8Array[]): Promise<void> => {
    await write(eventRecord(message(double(1, now() / 1000), ...fields)));
  };
  const summary = async (step: number, ...values: readonly Uint8Array[]): Promise<void> => {
    if (!Number.isSafeInteger(step) || step < 0) {
      throw new GenaiError(`eventLog: got step ${step}, expected a whole number of at least 0.`);
    }
    await event(integer(2, step), nested(5, message(...values.map((value) => nested(1, value)))));
  };
  await event(nested(3, 'brain.Event:2'));
  return {
    scalars: (step, values) =>
      summary(step, ...Object.entries(values).map(([tag, value]) => message(nested(1, tag), float(2, value)))),
    image: async (step, tag, { bytes, width, height }) => {
      if (!(width > 0 && height > 0)) {
        throw new GenaiError(`eventLog: picture "${tag}" has size ${width} × ${height}, expected at least one pixel.`);
      }
      const picture = message(integer(1, height), integer(2, width), integer(3, COLOUR), nested(4, bytes));
      await summary(step, message(nested(1, tag), nested(4, picture)));
    },
    histogram: async (step, tag, values) => {
      const { least, greatest, count, sum, squares, limits, counts } = histogramOf(values);
      const numbers = [least, greatest, count, sum, squares].map((value, i) => double(i + 1, value));
      await summary(
        step,
        message(nested(1, tag), nested(5, message(...numbers, doubles(6, limits), doubles(7, counts)))),
      );
    },
    text: (step, tag, text) => {
      const tensor = message(integer(1, STRING), nested(2, nested(2, integer(1, 1))), nested(8, text)); // of shape [1]
      return summary(step, message(nested(1, tag), nested(8, tensor), nested(9, nested(1, nested(1, 'text')))));
    },
  };
}

/** A name that TensorBoard takes for an event file; those of one folder are read in the order of their times. */
export function eventFileName(now: number = Date.now(), suffix = 'genai'): string {
  return `events.out.tfevents.${Math.floor(now / 1000)}.${suffix}`;
}

/** RGB, of `Summary.Image.colorspace`: a hint only. */
const COLOUR = 3;
/** `DT_STRING`. */
const STRING = 7;
