import { createHash, randomBytes } from 'node:crypto';
import { fold, type Key, key, randomBits, randomPermutation } from '@genai/core';
import type { Choice, Vote } from '@genai/eval';
import { RequestError } from '../serve/request-error.js';
import { chooseShowing } from './choose-showing.js';
import type { Output } from './read-system.js';
import { groupOf, type Showing } from './showings.js';
import type { VoteFile } from './vote-file.js';
import { type CastRating, type CastVote, CHOICES, isValue, standing } from './vote-record.js';

export interface BallotOptions {
  readonly mode: 'pairs' | 'rate';
  readonly showings: readonly Showing[];
  readonly file: VoteFile;
  readonly seed: number;
  /** Votes that are wanted of each rater. */
  readonly enough: number;
  /** How many raters shall judge the same before the next is begun, so that their agreement can be told. */
  readonly overlap?: number;
  /** Turns to the pair of systems whose order is least certain. */
  readonly active?: boolean;
}

/** A showing as a rater sees it: without any name. */
export interface Ticket {
  readonly id: string;
  readonly outputs: readonly Output[];
}

export interface Standing {
  /** What is to be judged now, and what comes behind it. */
  readonly tickets: readonly Ticket[];
  /** What the rater has judged, could judge in all, and what is wanted. */
  readonly done: number;
  readonly all: number;
  readonly enough: number;
}

/** Who has judged what, and what comes next. */
export interface Ballot {
  readonly mode: 'pairs' | 'rate';
  readonly standing: (rater: string) => Standing;
  /** Records what a rater said of a ticket; resolves when it is on the disk. The same ticket again changes nothing. */
  readonly cast: (rater: string, ticket: string, said: unknown, ms: number) => Promise<void>;
  /** Takes back the rater's last vote, which is then shown again; false if there is none. */
  readonly undo: (rater: string) => Promise<boolean>;
  /** One output of a ticket. */
  readonly output: (ticket: string, side: number) => Output | undefined;
}

export function ballot({ mode, showings, file, seed, enough, overlap = 1, active = false }: BallotOptions): Ballot {
  const places = new Map(showings.map(({ group, item }, place) => [idOf(group, item), place]));
  const counts = showings.map(() => 0); // votes, and open tickets
  const raters = new Map<string, Rater>();
  const issued = new Map<string, Issued>(); // open tickets, of all raters
  const votes: Vote[] = [];
  for (const record of standing(file.records)) {
    if (record.kind === 'vote') votes.push(record);
    const place = placeOf(record);
    if (place !== undefined) counts[place]!++;
  }

  return {
    mode,
    standing: (name) => {
      const rater = raterOf(name);
      while (rater.open.length < AHEAD) {
        const place = next(rater);
        if (place === undefined) break;
        issue(rater, place, rater.open.length);
      }
      return {
        tickets: rater.open.map(({ id, sides }) => ({ id, outputs: sides.map(({ output }) => output) })),
        done: rater.done.size,
        all: showings.length,
        enough: Math.min(enough, showings.length),
      };
    },
    cast: async (name, id, said, ms) => {
      const rater = raterOf(name);
      const ticket = rater.open.find((one) => one.id === id);
      if (!ticket) {
        if (rater.closed.has(id)) return; // said again because the answer was lost
        throw new RequestError('This is no longer to be judged. Load the page again.', { status: 409 });
      }
      const common = { id: randomBytes(8).toString('hex'), item: showings[ticket.place]!.item, rater: name, ms };
      const time = new Date().toISOString();
      const [first, second] = ticket.sides.map(({ system }) => system);
      if (mode === 'rate') {
        if (!isValue(said)) throw new RequestError('The choice must be a number from 1 to 5.', { param: 'choice' });
        await close(rater, ticket, { kind: 'rating', ...common, system: first!, value: said, time });
      } else {
        if (!CHOICES.includes(said as Choice)) {
          throw new RequestError(`The choice must be one of ${CHOICES.join(', ')}.`, { param: 'choice' });
        }
        const choice = said as Choice;
        await close(rater, ticket, { kind: 'vote', ...common, left: first!, right: second!, choice, time });
      }
    },
    undo: async (name) => {
      const rater = raterOf(name);
      const last = standing(file.records).findLast((one) => one.rater === name && placeOf(one) !== undefined);
      if (!last || rater.busy) return false;
      rater.busy = true;
      try {
        await file.append({ kind: 'retraction', of: last.id, rater: name, time: new Date().toISOString() });
      } finally {
        rater.busy = false;
      }
      const place = placeOf(last)!;
      rater.done.delete(place);
      counts[place]!--;
      if (last.kind === 'vote') votes.splice(votes.lastIndexOf(last), 1);
      issue(rater, place, 0);
      return true;
    },
    output: (id, side) => issued.get(id)?.sides[side]?.output,
  };

  /** Writes what was said of an open ticket and closes it, once. */
  async function close(rater: Rater, ticket: Issued, record: CastVote | CastRating): Promise<void> {
    if (rater.busy) throw new RequestError('The vote before is still being written. Send it again.', { status: 409 });
    rater.busy = true;
    try {
      await file.append(record);
    } finally {
      rater.busy = false;
    }
    rater.open.splice(rater.open.indexOf(ticket), 1);
    issued.delete(ticket.id);
    rater.closed.add(ticket.id);
    for (const old of rater.closed) if (rater.closed.size > REMEMBERED) rater.closed.delete(old);
    rater.done.add(ticket.place); // counted since it was issued
    if (record.kind === 'vote') votes.push(record);
  }

  function next({ order, done, open }: Rater): number | undefined {
    const isOpen = new Set(open.map(({ place }) => place));
    const free = order.filter((place) => !done.has(place) && !isOpen.has(place));
    const seen = active && mode === 'pairs' ? votes : undefined;
    return chooseShowing(showings, { order: free, counts, overlap, votes: seen });
  }

  function issue(rater: Rater, place: number, at: number): void {
    const { sides } = showings[place]!;
    const swapped = randomBits(fold(rater.sides, place), 1)[0]! % 2 === 1;
    const ticket = { id: randomBytes(12).toString('hex'), place, sides: swapped ? [...sides].reverse() : sides };
    rater.open.splice(at, 0, ticket);
    issued.set(ticket.id, ticket);
    counts[place]!++;
  }

  function raterOf(name: string): Rater {
    const known = raters.get(name);
    if (known) return known;
    if (raters.size >= MOST_RATERS) throw new RequestError('There are too many raters.', { status: 429 });
    const own = fold(key(seed), createHash('sha256').update(name).digest().readUInt32LE(0));
    const done = standing(file.records)
      .filter((record) => record.rater === name)
      .flatMap((record) => placeOf(record) ?? []);
    const rater: Rater = {
      order: [...randomPermutation(fold(own, 0), showings.length)],
      sides: fold(own, 1),
      done: new Set(done),
      ...{ open: [], closed: new Set(), busy: false },
    };
    raters.set(name, rater);
    return rater;
  }

  /** Where the showing stands that a record is about, if it is one of these. */
  function placeOf(record: CastVote | CastRating): number | undefined {
    if ((record.kind === 'rating') !== (mode === 'rate')) return undefined;
    const systems = record.kind === 'rating' ? [record.system] : [record.left, record.right];
    return places.get(idOf(groupOf(systems), record.item));
  }
}

interface Rater {
  /** Places of all showings as this rater would see them. */
  readonly order: readonly number[];
  /** Decides which output of each stands left. */
  readonly sides: Key;
  readonly done: Set<number>;
  readonly open: Issued[];
  /** Tickets that were judged lately. */
  readonly closed: Set<string>;
  /** Whether something of theirs is being written. */
  busy: boolean;
}

interface Issued {
  readonly id: string;
  readonly place: number;
  /** As they are shown. */
  readonly sides: Showing['sides'];
}

function idOf(group: string, item: string): string {
  return `${group}${item}`;
}

/** Tickets a rater holds: one to judge, one to load meanwhile. */
const AHEAD = 2;
const REMEMBERED = 64;
const MOST_RATERS = 1_000;
