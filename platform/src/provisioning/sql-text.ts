import { createHmac, createHash, pbkdf2Sync, randomBytes } from 'node:crypto';

import pg from 'pg';

import { ProvisioningError } from './errors.js';

/** PostgreSQL cuts longer names off, and two services could end up with the same one. */
const longestNameBytes = 63;
const scramIterations = 4096;

/**
 * A name as a quoted SQL identifier.
 *
 * @throws ProvisioningError `BAD_NAME` when PostgreSQL would cut it off or refuse it
 */
export function identifier(name: string): string {
  const bytes = Buffer.byteLength(name);
  if (bytes === 0 || bytes > longestNameBytes || name.includes('\0')) {
    throw new ProvisioningError(
      'BAD_NAME',
      `"${name}" cannot be the name of a role, database or schema: it must have 1 to ${String(longestNameBytes)} bytes.`,
    );
  }
  return pg.escapeIdentifier(name);
}

/** A text as a quoted SQL string. */
export function literal(text: string): string {
  return pg.escapeLiteral(text);
}

/**
 * What PostgreSQL stores of a password (RFC 5803), made here so that the password itself never stands in a statement:
 * statements are kept by the server's log and by pg_stat_statements.
 *
 * @throws ProvisioningError `BAD_PASSWORD` for one that is empty or not printable ASCII, which clients normalise differently
 */
export function scramVerifier(password: string): string {
  if (!/^[\x20-\x7e]+$/.test(password)) {
    throw new ProvisioningError('BAD_PASSWORD', 'A role needs a password of printable ASCII characters.');
  }
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, scramIterations, 32, 'sha256');
  const sign = (text: string): Buffer => createHmac('sha256', salted).update(text).digest();
  const storedKey = createHash('sha256').update(sign('Client Key')).digest('base64');
  const serverKey = sign('Server Key').toString('base64');
  return `SCRAM-SHA-256$${String(scramIterations)}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}
