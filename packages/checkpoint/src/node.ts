export { directory } from './directory.js';
