import { unit } from '../../tools/vitest.shared.js';

export default unit('cli');
