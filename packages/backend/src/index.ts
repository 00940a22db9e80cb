export type { BackendName } from './backend-name.js';
export type { BackendOptions } from './backend-options.js';
export { type BackendReason, BackendUnavailableError } from './backend-unavailable-error.js';
export { type BackendDescription, describeBackend } from './describe-backend.js';
export { useBackend } from './use-backend.js';
