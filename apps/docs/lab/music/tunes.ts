/**
 * Tunes that everybody knows, written down for this page from memory, in C major or A minor and in eighths. All are in the public
 * domain: folk songs, or by composers who died long ago.
 */
export interface Tune {
  readonly name: string;
  readonly abc: string;
}

export const TUNES: readonly Tune[] = [
  {
    name: 'Ode to Joy (Beethoven, 1824)',
    abc: 'E2E2F2G2|G2F2E2D2|C2C2D2E2|E3DD4|E2E2F2G2|G2F2E2D2|C2C2D2E2|D3CC4|D2D2E2C2|D2EFE2C2|D2EFE2D2|C2D2G,4|E2E2F2G2|G2F2E2D2|C2C2D2E2|D3CC4',
  },
  {
    name: 'Ah! vous dirai-je, maman (France, 1761)',
    abc: 'C2C2G2G2|A2A2G4|F2F2E2E2|D2D2C4|G2G2F2F2|E2E2D4|G2G2F2F2|E2E2D4|C2C2G2G2|A2A2G4|F2F2E2E2|D2D2C4',
  },
  {
    name: 'Frère Jacques (France)',
    abc: 'C2D2E2C2|C2D2E2C2|E2F2G4|E2F2G4|GAGFE2C2|GAGFE2C2|C2G,2C4|C2G,2C4',
  },
  {
    name: 'Mary Had a Little Lamb (Mason, 1831)',
    abc: 'E2D2C2D2|E2E2E4|D2D2D4|E2G2G4|E2D2C2D2|E2E2E2E2|D2D2E2D2|C8',
  },
  {
    name: 'Au clair de la lune (France)',
    abc: 'C2C2C2D2|E4D4|C2E2D2D2|C8|D2D2D2D2|A,4A,4|D2C2B,2A,2|G,8|C2C2C2D2|E4D4|C2E2D2D2|C8',
  },
  {
    name: 'Hänschen klein (Germany)',
    abc: 'G2E2E4|F2D2D4|C2D2E2F2|G2G2G4|G2E2E4|F2D2D4|C2E2G2G2|C8|D2D2D2D2|D2E2F4|E2E2E2E2|E2F2G4|G2E2E4|F2D2D4|C2E2G2G2|C8',
  },
  {
    name: 'Korobeiniki (Russia, 1861)',
    abc: 'e2Bcd2cB|A2Ace2dc|B3cd2e2|c2A2A4|zd2fa2gf|e3ce2dc|B2Bcd2e2|c2A2A4',
  },
  {
    name: 'London Bridge (England)',
    abc: 'G3AG2F2|E2F2G4|D2E2F4|E2F2G4|G3AG2F2|E2F2G4|D4G4|E2C6',
  },
  {
    name: 'Row, Row, Row Your Boat (USA, 1852)',
    abc: 'C3C3|C2DE3|E2DE2F|G6|cccGGG|EEECCC|G2FE2D|C6',
  },
  {
    name: 'Amazing Grace (USA, 1829)',
    abc: 'G,2|C4EC|E4D2|C4A,2|G,4G,2|C4EC|E4D2|G8z2E2|G3EGE|C4G,2|A,3CCA,|G,4G,2|C4EC|E4D2|C8',
  },
  {
    name: 'Auld Lang Syne (Scotland)',
    abc: 'G,2|C3CC2E2|D3CD2E2|C3CE2G2|A6A2|G3EE2C2|D3CD2E2|C3A,A,2G,2|C6A2|G3EE2C2|D3CD2A2|G3EE2G2|A6A2|G3EE2C2|D3CD2E2|C3A,A,2G,2|C6',
  },
  {
    name: 'Silent Night (Gruber, 1818)',
    abc: 'G3AG2|E6|G3AG2|E6|d4d2|B6|c4c2|G6|A4A2|c3BA2|G3AG2|E6|A4A2|c3BA2|G3AG2|E6|d4d2|f3dB2|c6|e6|c2G2E2|G3FD2|C6',
  },
  {
    name: 'Greensleeves (England, 1580)',
    abc: 'A2|c4d2|e3fe2|d4B2|G3AB2|c4A2|A3^GA2|B4^G2|E4A2|c4d2|e3fe2|d4B2|G3AB2|c3BA2|^G3^F^G2|A6|A6|g6|g3^fe2|d4B2|G3AB2|c4A2|A3^GA2|B4^G2|E6|g6|g3^fe2|d4B2|G3AB2|c3BA2|^G3^F^G2|A6|A6',
  },
  {
    name: 'Oh! Susanna (Foster, 1848)',
    abc: 'CD|E2G2G3A|G2E2C3D|E2E2D2C2|D6CD|E2G2G3A|G2E2C3D|E2E2D2D2|C8|F4F4|A2A4A2|G2G2E2C2|D6CD|E2G2G3A|G2E2C3D|E2E2D2D2|C8',
  },
  {
    name: 'Yankee Doodle (USA)',
    abc: 'C2C2D2E2|C2E2D2G,2|C2C2D2E2|C4B,4|C2C2D2E2|F2E2D2C2|B,2G,2A,2B,2|C4C4',
  },
  {
    name: 'Tempus adest floridum (Finland, 1582)',
    abc: 'C2C2C2D2|C2C2G,4|A,2G,2A,2B,2|C4C4|C2C2C2D2|C2C2G,4|A,2G,2A,2B,2|C4C4|G2F2E2D2|E2D2C4|A,2G,2A,2B,2|C4C4|G,2G,2A,2B,2|C2C2D4|G2F2E2D2|C4F4|C8',
  },
  {
    name: 'Für Elise (Beethoven, 1810)',
    abc: 'e^d|e^deBdc|A2zCEA|B2zE^GB|c2zEe^d|e^deBdc|A2zCEA|B2zEcB|A4',
  },
  {
    name: 'Joy to the World (Mason, 1839)',
    abc: 'c4B3A|G6F2|E4D4|C6G2|A6A2|B6B2|c6cc|c2B2A2G2|G3FE2cc|c2B2A2G2|G3FE2EE|E2E2E2EF|G6FE|D2D2D2DE|F6ED|C2c4A2|G3FE2F2|E4D4|C8',
  },
  {
    name: 'Jingle Bells (Pierpont, 1857)',
    abc: 'E2E2E4|E2E2E4|E2G2C3D|E8|F2F2F3F|F2E2E2EE|E2D2D2E2|D4G4|E2E2E4|E2E2E4|E2G2C3D|E8|F2F2F3F|F2E2E2EE|G2G2F2D2|C8',
  },
  {
    name: 'My Bonnie (Scotland)',
    abc: 'G2|e4d2|c4d2|c4A2|G4E2|G8z2G2|e4d2|c4c2|B4c2|d8z2G2|e4d2|c4d2|c4A2|G4E2|G8z2G2|A4d2|c4B2|A4B2|c8',
  },
  {
    name: 'When the Saints (USA)',
    abc: 'z2C2E2F2|G8|z2C2E2F2|G8|z2C2E2F2|G4E4|C4E4|D8|z2E2E2D2|C6C2|E4G4|G2F6|z4E2F2|G4E4|C4D4|C8',
  },
  {
    name: 'Old MacDonald (England)',
    abc: 'C2C2C2G,2|A,2A,2G,4|E2E2D2D2|C6G,2|C2C2C2G,2|A,2A,2G,4|E2E2D2D2|C6G,G,|C2C2C2G,G,|C2C2C4|CCC2CCC2|CCCCC2C2|C2C2C2G,2|A,2A,2G,4|E2E2D2D2|C8',
  },
  {
    name: 'God Rest You Merry (England)',
    abc: 'A2|A2e2e2d2|c2B2A2G2|A2B2c2d2|e6A2|A2e2e2d2|c2B2A2G2|A2B2c2d2|e6',
  },
  {
    name: 'Minuet (Petzold, 1725)',
    abc: 'G2CDEF|G2C2C2|A2FGAB|c2C2C2|F2GFED|E2FEDC|B,2CDEC|D6|G2CDEF|G2C2C2|A2FGAB|c2C2C2|F2GFED|E2FEDC|D2EDCB,|C6',
  },
  {
    name: 'Nos Galan (Wales)',
    abc: 'G3FE2D2|C2D2E2C2|DEFDE3D|C2B,2C4|G3FE2D2|C2D2E2C2|DEFDE3D|C2B,2C4|D3EF2D2|E3FG2D2|EFG2ABc2|B2A2G4|G3FE2D2|C2D2E2C2|AAAAG3F|E2D2C4',
  },
  {
    name: 'Mountain King (Grieg, 1875)',
    abc: 'ABcdece2|^dB^d2d_Bd2|ABcdecea|geceg4|ABcdece2|^dB^d2d_Bd2|ABcdecea|geceg4',
  },
  {
    name: 'Alouette (Canada)',
    abc: 'C3DE2E2|DCDEC2G,2|C3DE2E2|DCDEC4|C3DE2E2|DCDEC2G,2|C3DE2E2|DCDEC4',
  },
];

/** Every fifth is held out: the model never sees it. */
export function isHeldOut(index: number): boolean {
  return index % 5 === 4;
}
