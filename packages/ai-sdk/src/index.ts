export { scaled } from './scaled.js';
