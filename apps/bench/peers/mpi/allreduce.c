// The time of MPI's own all-reduce: mpicc -O2 allreduce.c -o allreduce && mpirun -np 2 ./allreduce COUNT ROUNDS. Prints one JSON line.
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  const int count = argc > 1 ? atoi(argv[1]) : 10000000, rounds = argc > 2 ? atoi(argv[2]) : 15;
  int rank;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  float *values = malloc(sizeof(float) * count);
  double *times = malloc(sizeof(double) * rounds);
  for (int round = -2; round < rounds; round++) {
    for (int i = 0; i < count; i++) values[i] = 1;
    MPI_Barrier(MPI_COMM_WORLD);
    const double start = MPI_Wtime();
    MPI_Allreduce(MPI_IN_PLACE, values, count, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
    if (round >= 0) times[round] = MPI_Wtime() - start;
  }
  qsort(times, rounds, sizeof(double), ascending);
  if (rank == 0) printf("{\"what\":\"reduce\",\"kind\":\"C\",\"medianMs\":%.3f,\"minMs\":%.3f}\n", times[rounds / 2] * 1e3, times[0] * 1e3);
  MPI_Finalize();
}
