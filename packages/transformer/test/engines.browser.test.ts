import { compareEngines } from '@genai/testing/compare-engines';
// @boundaries-ignore the models of this package are run here on engines that it must not import
import { useBackend } from '../../backend/src/use-backend.js';
import { RUNS } from './engine-run.js';

compareEngines('webgl', RUNS, useBackend);
compareEngines('webgpu', RUNS, useBackend);
