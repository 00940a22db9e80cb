/** Melodies to begin with. */
import { parseAbc } from './abc.js';
import { cutScore, type Score } from './score.js';
import { STYLES, type StyleName } from './style.js';
import { isHeldOut, TUNES } from './tunes.js';

export interface Example {
  readonly name: string;
  readonly melody: Score;
  /** Whether the model learns what it is from. */
  readonly known: boolean;
}

/** In beats, for four voices. */
const HYMNS: readonly (readonly [name: string, abc: string])[] = [
  ['A scale down', 'cBAG|FEDC'],
  ['Old Hundredth (Bourgeois, 1551)', 'GGFE|DGAB|BBBA|GcBA'],
  ['Nun danket (Crüger, 1647)', 'GGGA|A2G2|FEFE|D2C2'],
  ['Ode to Joy (Beethoven, 1824)', 'EEFG|GFED|CCDE|E2D2'],
];

/** The first bars of tunes, those first that the model never sees; or chorale melodies, all new to it. */
export function examplesOf(style: StyleName): readonly Example[] {
  if (style === 'chorales') return HYMNS.map(([name, abc]) => ({ name, melody: parseAbc(abc), known: false }));
  const { bar } = STYLES.tunes;
  return TUNES.map(({ name, abc }, i) => ({
    name,
    melody: cutScore(parseAbc(abc), 0, 2 * bar),
    known: !isHeldOut(i),
  })).sort((a, b) => Number(a.known) - Number(b.known));
}
