import { parseJson } from './parse-json.js';
import type { Store, StoreOptions } from './store.js';

/**
 * What `config.json` says, or `undefined` if there is none. It is data of unknown form: check it before use.
 *
 * @example
 * const config = await loadConfig(directory('runs/digits'));
 * @throws GenaiError if the file is not JSON, is larger than 16 MB or has a member `__proto__`.
 */
export async function loadConfig(store: Store, options: StoreOptions = {}): Promise<unknown> {
  const bytes = await store.read('config.json', options);
  return bytes && parseJson(bytes, `loadConfig: config.json of ${store.name}`);
}
