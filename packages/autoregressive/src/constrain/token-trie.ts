/** The tokens of a vocabulary as one tree of bytes: nodes in depth-first order, so that a subtree is skipped by one jump. */
export interface TokenTrie {
  /** The byte that leads to each node. */
  readonly bytes: Uint8Array;
  /** How many bytes lead to each node, at least 1. */
  readonly depths: Uint32Array;
  /** The first node after the subtree of each. */
  readonly after: Uint32Array;
  /** The tokens that end at a node are `tokens[i]` for i from `begins[node]` to `begins[node + 1]` − 1. */
  readonly begins: Uint32Array;
  readonly tokens: Uint32Array;
  /** The length of the longest token. */
  readonly height: number;
}

/** The tree of these tokens; those without bytes are left out. */
export function tokenTrie(vocabulary: readonly Uint8Array[]): TokenTrie {
  const order = [...vocabulary.keys()].filter((token) => vocabulary[token]!.length > 0);
  // Strings of a character for each byte are compared far quicker than bytes.
  const names = vocabulary.map((spelling) => String.fromCharCode(...spelling));
  order.sort((a, b) => (names[a]! < names[b]! ? -1 : names[a]! > names[b]! ? 1 : a - b));
  const total = order.reduce((sum, token) => sum + vocabulary[token]!.length, 0);
  const [bytes, depths, begins] = [new Uint8Array(total), new Uint32Array(total), new Uint32Array(total + 1)];
  let count = 0;
  let height = 0;
  let before = new Uint8Array();
  for (const [i, token] of order.entries()) {
    const spelling = vocabulary[token]!;
    for (let at = sharedLength(before, spelling); at < spelling.length; at++) {
      bytes[count] = spelling[at]!;
      depths[count] = at + 1;
      begins[count] = i; // the last node of a token gets the tokens, those on the way there none
      count++;
    }
    begins[count] = i + 1;
    height = Math.max(height, spelling.length);
    before = spelling as Uint8Array<ArrayBuffer>;
  }
  return {
    bytes: bytes.slice(0, count),
    depths: depths.slice(0, count),
    after: afterEach(depths.subarray(0, count)),
    begins: begins.slice(0, count + 1),
    tokens: Uint32Array.from(order),
    height,
  };
}

/** For each node the first that is not deeper, of those behind it. */
function afterEach(depths: Uint32Array): Uint32Array {
  const after = new Uint32Array(depths.length);
  const open: number[] = [];
  for (const [i, depth] of depths.entries()) {
    while (open.length >= depth) after[open.pop()!] = i;
    open.push(i);
  }
  for (const i of open) after[i] = depths.length;
  return after;
}

function sharedLength(a: Uint8Array, b: Uint8Array): number {
  const most = Math.min(a.length, b.length);
  for (let i = 0; i < most; i++) if (a[i] !== b[i]) return i;
  return most;
}
