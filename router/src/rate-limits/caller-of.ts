import { isIPv6 } from 'node:net';
import type { RouterContext } from '../identity/request-context.js';

/** What one line of a provider has of an IPv6 address: the rest is the client's own to choose. */
const NETWORK_GROUPS = 4;

/** Who is counted as one: whoever is signed in, else everybody at one address. */
export interface Caller {
  readonly key: string;
  readonly isAuthenticated: boolean;
}

/** Tells who asks. */
export function callerOf({ claims, clientIp }: Pick<RouterContext, 'claims' | 'clientIp'>): Caller {
  return claims === undefined
    ? { key: `address ${networkOf(clientIp ?? 'unknown')}`, isAuthenticated: false }
    : { key: `subject ${claims.userId}`, isAuthenticated: true };
}

function networkOf(address: string): string {
  if (!isIPv6(address)) {
    return address;
  }
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(8 - before.length - after.length, 0);
  const groups = [...before, ...Array<string>(zeros).fill('0'), ...after];
  return groups
    .slice(0, NETWORK_GROUPS)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
