// Threads: the caller works too, and whoever is awake takes the next chunk. A thread that is asleep, late or dead is
// never waited for: only those that joined an open task are. So results depend on nothing that a scheduler decides.
// A worker that dies inside a task takes its chunk with it: the task then ends in a trap, not in a wait without end.
#include "base.h"

#define LINE __attribute__((aligned(64)))
enum { OPEN = 1 << 30 }; // of `gate`; the bits below count the workers inside

static struct {
  LINE i32 epoch;    // goes up with every task and wakes the sleepers
  LINE i32 gate;     // OPEN while a task may be joined, and how many workers are in
  LINE i32 next;     // the next chunk that nobody took
  LINE i32 sleepers; // workers waiting for `epoch`
  LINE i32 stopped;
  LINE i32 broken;   // a worker died inside a task
  u8 inside[64];     // of a worker: whether it is inside
  LINE task run;
  void *context;
  i32 chunks;
  LINE i32 threads; // in all, the caller included
  i32 may_wait;     // whether the caller's thread may sleep (the main thread of a page may not)
  i32 patience;     // waits of 50 µs, after which a worker that is inside counts as dead; 0 waits for ever
  u8 *scratch;
} pool;

#define GET(x) __atomic_load_n(&(x), __ATOMIC_SEQ_CST)
#define SET(x, value) __atomic_store_n(&(x), (value), __ATOMIC_SEQ_CST)
#define ADD(x, value) __atomic_fetch_add(&(x), (value), __ATOMIC_SEQ_CST)

#ifdef __wasm__
#define EXPORT(name) __attribute__((export_name(#name)))
// Without atomics (memory that is not shared) no worker exists and nobody waits.
#if defined(__wasm_atomics__)
static void sleep_while(i32 *at, i32 value, long long ns) { __builtin_wasm_memory_atomic_wait32(at, value, ns); }
static void wake_all(i32 *at) { __builtin_wasm_memory_atomic_notify(at, 1 << 30); }
#else
static void sleep_while(i32 *at, i32 value, long long ns) { (void)at; (void)value; (void)ns; }
static void wake_all(i32 *at) { (void)at; }
#endif
static void pause_(void) { __asm__ volatile(""); }
#define SPINS 4000
#else
#define EXPORT(name) __attribute__((visibility("default")))
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
static void sleep_while(i32 *at, i32 value, long long ns) {
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  long long nanoseconds = until.tv_nsec + (ns < 0 ? 1000000000LL : ns);
  until.tv_sec += nanoseconds / 1000000000LL;
  until.tv_nsec = nanoseconds % 1000000000LL;
  pthread_mutex_lock(&lock);
  if (GET(*at) == value) pthread_cond_timedwait(&wake, &lock, &until);
  pthread_mutex_unlock(&lock);
}
static void wake_all(i32 *at) {
  (void)at;
  pthread_mutex_lock(&lock);
  pthread_cond_broadcast(&wake);
  pthread_mutex_unlock(&lock);
}
#if defined(__x86_64__) || defined(__i386__)
static void pause_(void) { __builtin_ia32_pause(); }
#else
static void pause_(void) { __asm__ volatile("yield"); }
#endif
#define SPINS 4000
u8 *memory_base;
#endif

static void take_chunks(int thread) {
  for (i32 chunk; (chunk = ADD(pool.next, 1)) < pool.chunks;) pool.run(pool.context, chunk, thread);
}

void parallel_for(task run, void *context, int chunks) {
  if (chunks <= 1 || pool.threads <= 1) {
    for (int chunk = 0; chunk < chunks; chunk++) run(context, chunk, 0);
    return;
  }
  pool.run = run;
  pool.context = context;
  pool.chunks = chunks;
  SET(pool.next, 0);
  SET(pool.gate, OPEN);
  ADD(pool.epoch, 1);
  if (GET(pool.sleepers)) wake_all(&pool.epoch);
  take_chunks(0);
  i32 inside = __atomic_and_fetch(&pool.gate, ~OPEN, __ATOMIC_SEQ_CST);
  i32 spins = 0, waits = 0;
  for (i32 now; inside; inside = now) {
    if (++spins < SPINS) pause_();
    else if (!pool.may_wait) spins = 0, waits++; // SPINS turns take some tens of µs
    else sleep_while(&pool.gate, inside, 50000), waits++;
    if ((now = GET(pool.gate)) != inside) waits = 0; // one has left: the others have as long again
    else if (pool.patience && waits > pool.patience) SET(pool.broken, 1), now = 0;
  }
  if (GET(pool.broken)) __builtin_trap();
}

/** A worker's life. It ends when `stop` is called. */
EXPORT(work) void work(int thread) {
  i32 seen = GET(pool.epoch) - 1; // a task may be open already
  while (!GET(pool.stopped)) {
    int spins = 0;
    i32 now;
    while ((now = GET(pool.epoch)) == seen && !GET(pool.stopped)) {
      if (++spins < SPINS * 8) { pause_(); continue; }
      ADD(pool.sleepers, 1);
      if (GET(pool.epoch) == seen) sleep_while(&pool.epoch, seen, -1);
      ADD(pool.sleepers, -1);
      spins = 0;
    }
    seen = now;
    i32 gate = GET(pool.gate);
    while (gate & OPEN)
      if (__atomic_compare_exchange_n(&pool.gate, &gate, gate + 1, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
        pool.inside[thread & 63] = 1;
        take_chunks(thread);
        pool.inside[thread & 63] = 0;
        if (ADD(pool.gate, -1) == 1) wake_all(&pool.gate);
        break;
      }
  }
}

#ifdef __wasm__
/** A worker that fell out of `work` tells so, last of all. */
EXPORT(lost) void lost(i32 thread) {
  if (!pool.inside[thread & 63]) return;
  SET(pool.broken, 1);
  if (ADD(pool.gate, -1) == 1) wake_all(&pool.gate);
}

/** After how many waits of 50 µs a worker counts as dead. */
EXPORT(be_patient) void be_patient(i32 waits) { pool.patience = waits; }
#endif

/** How many threads take part from now on, the caller included; `space` is where scratch begins. */
EXPORT(configure) void configure(i32 threads, i32 may_wait, u32 space) {
  pool.threads = threads;
  pool.may_wait = may_wait;
#ifdef __wasm__
  pool.scratch = (u8 *)space;
#else
  (void)space;
#endif
}

EXPORT(stop) void stop(void) {
  SET(pool.stopped, 1);
  ADD(pool.epoch, 1);
  wake_all(&pool.epoch);
}

/** Bytes of scratch that `threads` threads need. */
EXPORT(scratch_bytes) u32 scratch_bytes(i32 threads) { return SCRATCH_SHARED + (u32)threads * SCRATCH_PER_THREAD; }

u8 *shared_scratch(void) { return pool.scratch; }
u8 *scratch(int thread) { return pool.scratch + SCRATCH_SHARED + (size_t)thread * SCRATCH_PER_THREAD; }

#ifndef __wasm__
static pthread_t workers[256];
static int started;
static void *begin(void *thread) { work((int)(intptr_t)thread); return NULL; }

/** Starts the machine's own threads on a memory whose first byte is at `base`. @returns 0, or 1 if there is no space. */
EXPORT(start) int start(u8 *base, i32 threads) {
  memory_base = base;
  if (threads > 256) threads = 256;
  if (!pool.scratch && posix_memalign((void **)&pool.scratch, 64, scratch_bytes(256 < threads ? 256 : threads))) return 1;
  pool.stopped = 0;
  configure(threads, 1, 0);
  for (started = 0; started < threads - 1; started++)
    if (pthread_create(&workers[started], NULL, begin, (void *)(intptr_t)(started + 1))) break;
  return 0;
}

/** Ends the threads and frees the scratch. */
EXPORT(finish) void finish(void) {
  stop();
  for (int i = 0; i < started; i++) pthread_join(workers[i], NULL);
  started = 0;
  pool.threads = 1;
  free(pool.scratch);
  pool.scratch = NULL;
}
#else
extern u8 __heap_base;
/** The first byte behind the module's own data. */
EXPORT(heap_base) u32 heap_base(void) { return (u32)&__heap_base; }

// The compiler makes these calls of its own accord; with bulk memory the built-ins are single instructions.
void *memcpy(void *restrict to, const void *restrict from, size_t bytes) { return __builtin_memcpy(to, from, bytes); }
void *memmove(void *to, const void *from, size_t bytes) { return __builtin_memmove(to, from, bytes); }
void *memset(void *to, int byte, size_t bytes) { return __builtin_memset(to, byte, bytes); }
#endif
