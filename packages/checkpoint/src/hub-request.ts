import { GenaiError } from '@genai/core';

/** Whom a hub store asks, and how. */
export interface HubRequest {
  /** Begins the messages of errors. */
  readonly where: string;
  readonly repository: string;
  readonly endpoint: string;
  readonly token: string | undefined;
  readonly limit: number;
  readonly fetch: typeof globalThis.fetch;
}

/** What the hub says of a file. */
export interface AboutFile {
  /** The commit it is of: 40 hexadecimal digits. */
  readonly commit: string;
  /** The commit has such a file. */
  readonly exists: boolean;
  /** In bytes. */
  readonly size: number | undefined;
  /** SHA-256 of large files, the object's name in git of others. */
  readonly hash: { readonly kind: 'sha256' | 'git'; readonly hex: string } | undefined;
}

/**
 * Asks what a file is, without fetching it; `undefined` if there is none of its name and the answer says no commit.
 *
 * @throws GenaiError for any other refusal, and for an answer that is none of a hub. A failing network throws what `fetch` throws.
 */
export async function aboutFile(
  request: HubRequest,
  file: string,
  revision: string,
  signal: AbortSignal | undefined,
): Promise<AboutFile | undefined> {
  const { where, limit } = request;
  const { response, said } = await ask(request, 'HEAD', file, revision, {}, signal);
  const commit = said('x-repo-commit') ?? '';
  if (!isRedirect(response) && !response.ok) {
    const code = response.headers.get('x-error-code');
    const isAbsent = (response.status === 404 || response.status === 410) && (!code || code === 'EntryNotFound');
    if (!isAbsent) throw new GenaiError(`${where}: ${refusal(response.status, code, revision)}`);
    return COMMIT.test(commit) ? { commit, exists: false, size: undefined, hash: undefined } : undefined;
  }
  if (!COMMIT.test(commit)) {
    throw new GenaiError(`${where}: the answer for ${file} names no commit. Is ${request.endpoint} a hub?`);
  }
  if (COMMIT.test(revision) && commit !== revision) {
    throw new GenaiError(`${where}: asked for ${file} of commit ${revision}, the answer is of ${commit}.`);
  }
  const length = said('x-linked-size') ?? (said('content-encoding') ? undefined : said('content-length'));
  const size = length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
  if (size !== undefined && size > limit) {
    throw new GenaiError(
      `${where}: ${file} has ${size} bytes, ${limit} are allowed. Give a larger limit if it can be trusted.`,
    );
  }
  return { commit, exists: true, size, hash: hashOf(said('x-linked-etag') ?? said('etag')) };
}

/** Forty hexadecimal digits: a revision that never changes. */
export const COMMIT: RegExp = /^[0-9a-f]{40}$/;

/**
 * Sends a request and follows where it is sent to, a `HEAD` only on the same server: the others know nothing of commits. `said` reads
 * a header of the first answer that had it.
 */
export async function ask(
  { where, endpoint, repository, token, fetch }: HubRequest,
  method: 'HEAD' | 'GET',
  file: string,
  revision: string,
  headers: { readonly [name: string]: string },
  signal: AbortSignal | undefined,
): Promise<{ response: Response; said: (header: string) => string | undefined }> {
  const home = new URL(endpoint);
  let address = new URL(`${endpoint}/${repository}/resolve/${encodeURIComponent(revision)}/${file}`);
  const answers: Response[] = [];
  for (let hop = 0; hop <= HOPS; hop++) {
    const secret = token !== undefined && address.origin === home.origin ? { authorization: `Bearer ${token}` } : {};
    const response = await fetch(address, {
      ...{ method, redirect: 'manual', headers: { ...headers, ...secret, 'accept-encoding': 'identity' } },
      ...(signal && { signal }),
    });
    answers.push(response);
    const next = isRedirect(response) ? new URL(response.headers.get('location')!, address) : undefined;
    const isNear = next?.origin === home.origin;
    if (!next || (method === 'HEAD' && !isNear)) {
      const said = (header: string): string | undefined =>
        answers.map((answer) => answer.headers.get(header)).find((value) => value !== null) ?? undefined;
      return { response, said };
    }
    await response.body?.cancel();
    if (next.protocol !== 'https:' && !isNear) {
      throw new GenaiError(`${where}: ${file} is sent on to ${next.protocol}//${next.host}, expected https.`);
    }
    address = next;
  }
  throw new GenaiError(`${where}: ${file} is sent on more than ${HOPS} times.`);
}

const HOPS = 5;

function isRedirect({ status, headers }: Response): boolean {
  return [301, 302, 303, 307, 308].includes(status) && headers.has('location');
}

function refusal(status: number, code: string | null, revision: string): string {
  if (code === 'RevisionNotFound') return `there is no revision ${JSON.stringify(revision)}.`;
  if (status === 401 || status === 403 || code) {
    return `it may not be read (${status} ${code ?? ''}). Mend its name; or, if it is private or its licence must be accepted, give a token that may read it.`;
  }
  return `the hub answered ${status}.`;
}

function hashOf(etag: string | undefined): AboutFile['hash'] {
  const hex = etag?.replace(/^W\//, '').replaceAll('"', '') ?? '';
  if (/^[0-9a-f]{64}$/.test(hex)) return { kind: 'sha256', hex };
  return COMMIT.test(hex) ? { kind: 'git', hex } : undefined;
}
