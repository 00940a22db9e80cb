import { test } from 'vitest';
import { goldenCases } from './golden-cases.js';

test.each(goldenCases())('goldens: $name equals PyTorch to the second derivative', ({ check }) => check());
