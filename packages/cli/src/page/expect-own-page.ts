import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { RequestError } from '../serve/request-error.js';

/**
 * Turns away what does not come from the page itself: other sites in the rater's browser, and names that were made to point at this
 * machine (DNS rebinding).
 *
 * @throws RequestError with status 403.
 */
export function expectOwnPage({ headers, method }: IncomingMessage, listening: string): void {
  const { host = '', origin } = headers;
  const name = nameOf(host);
  const known = name === listening || name === 'localhost' || name === hostname().toLowerCase() || isIP(name) > 0;
  if (!known)
    throw new RequestError('This host name is not known here. Use the address that was printed.', { status: 403 });
  const site = headers['sec-fetch-site'] ?? 'none';
  const isLink = method === 'GET' && headers['sec-fetch-mode'] === 'navigate'; // may be followed from anywhere
  const isOwn = (origin ?? `http://${host}`) === `http://${host}` && (site === 'same-origin' || site === 'none');
  if (!isOwn && !isLink) {
    throw new RequestError('Requests of other sites are not served.', { status: 403 });
  }
}

/** Of a Host header, without the port and the brackets of IPv6. */
function nameOf(host: string): string {
  return host
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase();
}
