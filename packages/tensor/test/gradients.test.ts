import { test } from 'vitest';
import { checkCase, opCases } from './op-cases.js';

test.each(opCases())('laws: $name has the first and second derivatives that finite differences have', checkCase);
