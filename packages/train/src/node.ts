export { mpi } from './cluster/mpi/mpi.js';
