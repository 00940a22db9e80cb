/** Melodies to begin with. */
import { parseAbc } from './abc.js';
import { cutScore, type Score } from './score.js';
import { STYLES, type StyleName } from './style.js';
import { isHeldOut, TUNES } from './tunes.js';

export interface Example {
  readonly name: string;
  /** Read from its text when it is first asked for: the page opens sooner. */
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
  if (style === 'chorales') return HYMNS.map(([name, abc]) => example(name, false, () => parseAbc(abc)));
  const { bar } = STYLES.tunes;
  return TUNES.map(({ name, abc }, i) => example(name, !isHeldOut(i), () => cutScore(parseAbc(abc), 0, 2 * bar))).sort(
    (a, b) => Number(a.known) - Number(b.known),
  );
}

function example(name: string, known: boolean, read: () => Score): Example {
  let melody: Score | undefined;
  return {
    name,
    known,
    get melody() {
      melody ??= read();
      return melody;
    },
  };
}
