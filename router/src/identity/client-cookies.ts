import { parse } from 'cookie';
import type { Request, Response } from 'express';

/** How the router hands the browser's refresh token to the subgraph that made it; clients' own are never passed on. */
export const REFRESH_TOKEN_HEADER = 'x-refresh-token';
const COOKIE = 'refresh_token';
/** Longer than any that is made. */
const MAXIMUM_LENGTH = 1_024;

/** What one request's cookies mean here. */
export interface ClientCookies {
  /** The refresh token of a browser, which no script of a page can read; undefined when none came. */
  readonly refreshToken: string | undefined;
  /** Gives the client cookies that the identity subgraph set. */
  readonly passOn: (cookies: ReadonlyArray<string>) => void;
}

/** Reads the cookies of a request, and passes on those for its answer. */
export function clientCookies(request: Request, response: Response): ClientCookies {
  const value = parse(request.get('cookie') ?? '')[COOKIE];
  const isToken = value !== undefined && value.length <= MAXIMUM_LENGTH && /^[\x21-\x7e]+$/.test(value);
  return {
    refreshToken: isToken ? value : undefined,
    passOn(cookies) {
      if (!response.headersSent) {
        response.append('set-cookie', [...cookies]);
      }
    },
  };
}
