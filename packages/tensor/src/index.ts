export { expectShape } from './expect-shape.js';
export { type Owned, owned, scope } from './scope.js';
export { valueAndGrad } from './value-and-grad.js';
