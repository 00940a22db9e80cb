import { GenaiError } from '@genai/core';
import type { Choice, Vote } from './vote.js';

/** Votes counted: what every pair of systems that met came to. */
export interface Tally {
  /** Names, sorted: a pair holds their places here. */
  readonly systems: readonly string[];
  readonly pairs: readonly PairTally[];
}

export interface PairTally {
  /** The lower place first. */
  readonly first: number;
  readonly second: number;
  /** Votes for the first, votes for the second, ties of both kinds. */
  readonly wins: number;
  readonly losses: number;
  readonly ties: number;
}

/** @throws GenaiError if there are no votes, or one that is none. */
export function tally(where: string, votes: readonly Vote[]): Tally {
  if (votes.length === 0) throw new GenaiError(`${where}: got no votes, expected at least one.`);
  for (const [i, { left, right, choice }] of votes.entries()) {
    if (!CHOICES.has(choice)) {
      throw new GenaiError(`${where}: vote ${i} chose "${choice}", expected one of ${[...CHOICES].join(', ')}.`);
    }
    if (left === right) throw new GenaiError(`${where}: vote ${i} sets "${left}" beside itself, expected two systems.`);
  }
  const systems = [...new Set(votes.flatMap(({ left, right }) => [left, right]))].sort();
  return { systems, pairs: counted(votes, systems) };
}

/** The same systems, other votes: for resamples, in which a system may be missing. */
export function counted(votes: Iterable<Vote>, systems: readonly string[]): readonly PairTally[] {
  const places = new Map(systems.map((name, place) => [name, place]));
  const pairs = new Map<number, { first: number; second: number; wins: number; losses: number; ties: number }>();
  for (const { left, right, choice } of votes) {
    const [a, b] = [places.get(left)!, places.get(right)!];
    const [first, second] = a < b ? [a, b] : [b, a];
    const id = first * systems.length + second;
    let pair = pairs.get(id);
    if (!pair) {
      pair = { first, second, wins: 0, losses: 0, ties: 0 };
      pairs.set(id, pair);
    }
    if (choice !== 'left' && choice !== 'right') pair.ties++;
    else if ((choice === 'left') === a < b) pair.wins++;
    else pair.losses++;
  }
  return [...pairs.values()];
}

const CHOICES: ReadonlySet<Choice> = new Set(['left', 'right', 'tie', 'both bad']);
