import { isIPv6 } from 'node:net';

/**
 * Gives what one client can be taken for: an IPv4 address, or the /64 of an IPv6 address, within which one client
 * changes its address as it likes. Anything else is taken as it is.
 *
 * @returns such as `203.0.113.7` or `2001:db8:0:1::/64`
 */
export function networkOf(ip: string): string {
  const address = ip.split('%')[0] ?? ip;
  if (!isIPv6(address)) {
    return ip;
  }
  // The URL parser writes IPv6 addresses in their one short form (RFC 5952).
  const short = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(short);
  if (mapped !== null) {
    const bytes = [mapped[1], mapped[2]].flatMap((group) => {
      const value = Number.parseInt(group ?? '0', 16);
      return [value >> 8, value & 255];
    });
    return bytes.join('.');
  }
  const [before = '', after] = short.split('::');
  const head = before === '' ? [] : before.split(':');
  const tail = after === undefined || after === '' ? [] : after.split(':');
  const zeros = after === undefined ? [] : Array.from({ length: 8 - head.length - tail.length }, () => '0');
  return `${[...head, ...zeros, ...tail].slice(0, 4).join(':')}::/64`;
}
