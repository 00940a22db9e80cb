export { directory } from './directory.js';
export { type HubOptions, hub } from './hub.js';
