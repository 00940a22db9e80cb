/**
 * Sets what UCX, on which MPICH of Debian and many others stand, reads when it is loaded. What the environment says already stays.
 *
 * - UCX tries its memory hooks, as it is loaded, by raising the end of the heap by a page and putting it back. What another
 *   thread of V8 has allocated there in between is gone: about one start in sixty ended by SIGSEGV on a machine at work (UCX 1.13; also
 *   in plain C). Without the hooks it keeps no cache of registered memory, which networks with RDMA gain from: with `UCX_MEM_EVENTS=y`
 *   it has them. OpenMPI has hooks of its own and UCX install none.
 * - Its handlers of signals take the place of V8's, by which WebAssembly throws where memory ends: the process would end instead.
 */
export function tameUcx({ isOpenMpi }: { readonly isOpenMpi: boolean }): void {
  process.env.UCX_ERROR_SIGNALS ??= '';
  if (!isOpenMpi) process.env.UCX_MEM_EVENTS ??= 'n';
}
