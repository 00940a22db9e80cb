import { compareEngines } from './compare-engines.js';

compareEngines('wasm');
