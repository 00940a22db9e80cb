import { compareEngines } from './compare-engines.js';

compareEngines('webgl');
compareEngines('webgpu');
