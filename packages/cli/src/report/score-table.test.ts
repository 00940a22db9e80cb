import { expect, test } from 'vitest';
import type { Exhibit } from './exhibit.js';
import { scoreTable } from './score-table.js';

/** For each metric of the table, the columns with a star. */
function starred(...columns: readonly { readonly [name: string]: number }[]): { [name: string]: number[] } {
  const exhibits = columns.map((means, i) => ({
    folder: `run-${i}`,
    config: { preset: '<b>' },
    measured: { scores: Object.fromEntries(Object.entries(means).map(([name, mean]) => [name, { mean, unit: '' }])) },
  })) as unknown as Exhibit[];
  const html = scoreTable(exhibits);
  expect(html).not.toContain('<b>');
  const rows = [...html.matchAll(/<tr><th scope="row">(\w+) .*?<\/th>(.*?)<\/tr>/gs)];
  return Object.fromEntries(
    rows.map(([, name, cells]) => [
      name!,
      cells!.split('</td>').flatMap((cell, i) => (cell.includes('aria-label="best"') ? [i] : [])),
    ]),
  );
}

test('known answers: the best of a row is marked, where there is one', () => {
  expect(starred({ frechet: 3, recall: 0.2, elbo: -90 }, { frechet: 2, recall: 0.1, elbo: -95 })).toEqual({
    ...{ frechet: [1], recall: [0], elbo: [0] },
  });
  expect(starred({ copies: 0, nll: 5 }, { copies: 0 })).toEqual({ copies: [], nll: [] }); // alike, alone
  expect(starred({ frechet: Number.NaN }, { frechet: 2 }, { frechet: 2 }, { frechet: 4 })).toEqual({
    frechet: [1, 2],
  });
  expect(starred({ authenticity: 0.5 }, { authenticity: 1 })).toEqual({ authenticity: [] }); // neither way is better
  expect(starred({ unheard: 1 }, { unheard: 2 })).toEqual({ unheard: [] });
});
