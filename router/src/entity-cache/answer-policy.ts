/** For how long and for whom an answer may be kept. */
export interface AnswerPolicy {
  readonly maximumAgeSeconds: number;
  /** Whether it is for the one who asked alone. */
  readonly isPrivate: boolean;
}

const FORBIDDING = new Set(['no-store', 'no-cache', 'must-understand']);

/**
 * Reads what a subgraph says of its answer in `Cache-Control`. An answer that does not say `public` is private.
 *
 * @returns undefined when the answer must not be kept
 * @see https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2
 */
export function readAnswerPolicy(header: string | undefined): AnswerPolicy | undefined {
  let maximumAgeSeconds = 0;
  let isPublic = false;
  let isPrivate = false;
  for (const part of (header ?? '').toLowerCase().split(',')) {
    const [name = '', value = ''] = part.trim().split('=');
    if (FORBIDDING.has(name)) {
      return undefined;
    }
    if (name === 'max-age') {
      maximumAgeSeconds = /^\d{1,9}$/.test(value) ? Number(value) : 0;
    }
    isPublic ||= name === 'public';
    isPrivate ||= name === 'private';
  }
  return maximumAgeSeconds === 0 ? undefined : { maximumAgeSeconds, isPrivate: isPrivate || !isPublic };
}
