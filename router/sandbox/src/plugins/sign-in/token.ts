/** What a token says of itself. Read for display only: nothing here is verified. */
export interface TokenDescription {
  /** Whom the token names, by the registered claims of OpenID Connect. */
  readonly bearer?: string;
  readonly expiresAt?: Date;
}

const nameClaims = ['email', 'preferred_username', 'name', 'sub'] as const;

/** Reads a JSON Web Token's payload (RFC 7519); an opaque token describes nothing. */
export function describeToken(token: string): TokenDescription {
  const claims = readClaims(token);
  const bearer = nameClaims.map((name) => claims[name]).find((value) => typeof value === 'string');
  const expiry = claims['exp'];
  return {
    ...(typeof bearer === 'string' ? { bearer } : {}),
    ...(typeof expiry === 'number' ? { expiresAt: new Date(expiry * 1000) } : {}),
  };
}

/** Says when something expires: `expires in 14 minutes`, `expired 2 hours ago`. */
export function describeExpiry(expiresAt: Date, now: Date): string {
  const seconds = Math.round((expiresAt.getTime() - now.getTime()) / 1000);
  const length = describeLength(Math.abs(seconds));
  return seconds > 0 ? `expires in ${length}` : `expired ${length} ago`;
}

function describeLength(seconds: number): string {
  if (seconds < 90) return count(seconds, 'second');
  if (seconds < 90 * 60) return count(Math.round(seconds / 60), 'minute');
  if (seconds < 36 * 3600) return count(Math.round(seconds / 3600), 'hour');
  return count(Math.round(seconds / 86_400), 'day');
}

function count(amount: number, unit: string): string {
  return `${amount} ${unit}${amount === 1 ? '' : 's'}`;
}

function readClaims(token: string): Readonly<Record<string, unknown>> {
  const [, payload = ''] = token.split('.');
  try {
    const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (character) =>
      character.charCodeAt(0),
    );
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claims === 'object' && claims !== null ? (claims as Record<string, unknown>) : {};
  } catch (error) {
    // A token of another kind: base64 or JSON that cannot be read.
    if (error instanceof SyntaxError || error instanceof DOMException) return {};
    throw error;
  }
}
