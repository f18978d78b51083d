import type { SubgraphRequest } from '@supergraph/platform/graphql';

/** In which header the router passes on the cookie that a browser sent; it lets no client send that header itself. */
export const REFRESH_TOKEN_HEADER = 'x-refresh-token';
/** The cookie's name. */
export const REFRESH_COOKIE = 'refresh_token';

/** The refresh token of a browser, which keeps it in a cookie that no script reads. */
export interface RefreshCookie {
  /** As the browser sent it; undefined when it has none. */
  readonly token: string | undefined;
  set(token: string, expiresAt: Date): void;
  /** Takes it away from a browser that sent it. */
  clear(): void;
}

/**
 * Makes the cookie of one request. It goes to the supergraph's own address alone, is sent from pages of the same site
 * alone, and outside of a developer's machine over TLS alone.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6265#section-4.1 (and draft-ietf-httpbis-rfc6265bis for SameSite)
 */
export function createRefreshCookie(
  request: Pick<SubgraphRequest, 'header' | 'addHeader'>,
  isEmbedded: boolean,
): RefreshCookie {
  const token = request.header(REFRESH_TOKEN_HEADER);
  const send = (value: string, maximumAge: number): void => {
    const attributes = ['Path=/graphql', `Max-Age=${maximumAge}`, 'HttpOnly', 'SameSite=Strict'];
    const secure = isEmbedded ? [] : ['Secure'];
    request.addHeader('set-cookie', [`${REFRESH_COOKIE}=${value}`, ...attributes, ...secure].join('; '));
  };
  return {
    token: token === '' ? undefined : token,
    set: (value, expiresAt) =>
      send(value, Math.max(0, Math.floor((expiresAt.getTime() - Date.now()) / 1_000))),
    clear() {
      if (token !== undefined) {
        send('', 0);
      }
    },
  };
}
