export { type CreateProjectOptions, createProject } from './create-project.js';
export { run, type Terminal } from './run.js';
export { TEMPLATES, type Template } from './templates.js';
