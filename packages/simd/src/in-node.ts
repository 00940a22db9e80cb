/** Whether this is Node (or what acts as it), not a page or a worker of one. */
export function inNode(): boolean {
  return typeof process !== 'undefined' && typeof process.versions?.node === 'string';
}
