import { number } from '../progress.js';
import type { Agreement, Judgement, Shared } from './judgement-of.js';

/** Rows of words, with a line above them, that a terminal and a page show alike. */
export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly note?: string;
}

/** What a judgement says, table by table, in the order in which a reader asks. */
export function judgementTables(judgement: Judgement): readonly Table[] {
  const { strengths, prior, winRates, scores, raters } = judgement;
  return [
    ...(strengths
      ? [
          {
            title: 'Strengths (Bradley-Terry, Elo points, 95% intervals)',
            head: ['system', 'rating', 'from', 'to', 'share', 'votes'],
            rows: strengths.map(({ system, rating: { value, interval }, share, votes }) => [
              ...[
                system,
                value.toFixed(0),
                interval.low.toFixed(0),
                interval.high.toFixed(0),
                percent(share),
                `${votes}`,
              ],
            ]),
            ...(prior !== undefined && {
              note: `Some system won or lost all its votes: a normal prior of precision ${prior} holds the strengths.`,
            }),
          },
        ]
      : []),
    ...(winRates
      ? [
          {
            title: 'Win rates (ties as halves, 95% intervals of Wilson)',
            head: ['system', 'against', 'rate', 'from', 'to', 'wins', 'losses', 'ties'],
            rows: winRates.map(({ first, second, rate: { value, interval }, wins, losses, ties }) => [
              ...[first, second, percent(value), percent(interval.low), percent(interval.high)],
              ...[`${wins}`, `${losses}`, `${ties}`],
            ]),
          },
        ]
      : []),
    ...(scores
      ? [
          {
            title: 'Mean opinion scores (1 to 5, 95% intervals of Student)',
            head: ['system', 'score', 'from', 'to', 'ratings'],
            rows: scores.map(({ system, score: { value, interval }, ratings }) => [
              ...[system, number(value), interval ? number(interval.low) : '–', interval ? number(interval.high) : '–'],
              `${ratings}`,
            ]),
          },
        ]
      : []),
    {
      title: 'Raters (seconds a vote)',
      head: ['rater', 'votes', 'median', 'a quarter below', 'a quarter above'],
      rows: raters.map(({ rater, votes, median, lower, upper }) => [
        ...[rater, `${votes}`, seconds(median), seconds(lower), seconds(upper)],
      ]),
    },
  ];
}

/** Single facts, one a line. */
export function judgementFacts(judgement: Judgement): readonly (readonly [name: string, value: string])[] {
  const { votes, ratings, retracted, ties, bothBad, left, agreement, ratingAgreement } = judgement;
  return [
    ...(votes > 0 ? [['votes', `${votes}`] as const] : []),
    ...(ratings > 0 ? [['ratings', `${ratings}`] as const] : []),
    ...(retracted > 0 ? [['taken back', `${retracted}`] as const] : []),
    ...(ties === undefined ? [] : [['ties', percent(ties)] as const]),
    ...(bothBad === undefined ? [] : [['both bad', percent(bothBad)] as const]),
    ...(left ? [['left chosen', `${between(left, percent)} of the decided; 50% without a bias`] as const] : []),
    ...(agreement ? [['agreement', agreed(agreement)] as const] : []),
    ...(ratingAgreement ? [['agreement of ratings', agreed(ratingAgreement)] as const] : []),
  ];
}

function agreed(agreement: Agreement): string {
  return `Krippendorff's alpha ${between(agreement, (x) => x.toFixed(3))} on ${agreement.items} items judged by several`;
}

function between({ value, low, high }: Shared, show: (x: number) => string): string {
  return `${show(value)} (${show(low)} to ${show(high)})`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
