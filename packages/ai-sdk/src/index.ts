export { type GenaiLanguageModel, type GenaiOptions, genai, type LanguageModelParts } from './genai.js';
