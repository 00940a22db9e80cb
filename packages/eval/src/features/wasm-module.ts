/** WebAssembly of base64; none without what it needs, or where the policy of a page forbids it. */
export function moduleOf(base64: string): WebAssembly.Module | 'none' {
  try {
    return new WebAssembly.Module(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)));
  } catch {
    return 'none';
  }
}
