// Every op by name, in the order of their codes. TypeScript reads this list when the kernels are built.
#ifndef OP
#define OP(name)
#endif
OP(copy)
OP(fill)
OP(gemm)
OP(move)
OP(pad)
