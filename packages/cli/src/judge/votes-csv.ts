import { standing, type VoteRecord } from './vote-record.js';

/** Votes and ratings that were not taken back, as a table for other programs (RFC 4180). */
export function votesCsv(records: readonly VoteRecord[]): string {
  const rows = standing(records).map((record) =>
    record.kind === 'vote'
      ? [record.time, record.rater, record.item, record.left, record.right, record.choice, '', record.ms]
      : [record.time, record.rater, record.item, record.system, '', '', record.value, record.ms],
  );
  const header = ['time', 'rater', 'item', 'left', 'right', 'choice', 'rating', 'ms'];
  return [header, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

function cell(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
