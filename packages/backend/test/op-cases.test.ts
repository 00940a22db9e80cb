import { afterAll, beforeAll, test } from 'vitest';
// @boundaries-ignore the ops of @genai/tensor are run here on an engine that it must not import
import { checkCase, opCases } from '../../tensor/test/op-cases.js';
import { useBackend } from '../src/use-backend.js';

beforeAll(async () => void (await useBackend('wasm')));
afterAll(async () => void (await useBackend('cpu')));

test.each(opCases())('laws: on wasm, $name has the derivatives that finite differences have', checkCase);
