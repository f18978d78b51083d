import { randomFillSync } from 'node:crypto';

/** Enough for hundreds of requests: one call for each costs more than the bytes themselves. */
const POOL = Buffer.allocUnsafe(8_192);
let used = POOL.length;

/** Gives random bytes as lower-case hexadecimal digits, from the operating system's source and never twice. */
export function randomHex(bytes: number): string {
  if (used + bytes > POOL.length) {
    randomFillSync(POOL);
    used = 0;
  }
  used += bytes;
  return POOL.toString('hex', used - bytes, used);
}
