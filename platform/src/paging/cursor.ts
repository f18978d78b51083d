import { createHash } from 'node:crypto';
import { ApplicationError } from '../errors/index.js';
import { isUuid } from '../validation/index.js';

/** Where a row stands in a list that is ordered by a moment and then by id. */
export interface KeysetPosition {
  readonly at: Date;
  readonly id: string;
}

const CHECK_LENGTH = 8;
const EARLIEST = Date.parse('0001-01-01T00:00:00.000Z');
const LATEST = Date.parse('9999-12-31T23:59:59.999Z');

/**
 * Writes a position as an opaque cursor, bound to its list by a checksum, so that a damaged cursor or one of
 * another list is refused instead of giving a wrong page. It is no secret: a position reveals nothing that
 * its row does not.
 */
export function encodeCursor(list: string, position: KeysetPosition): string {
  const body = `${position.at.getTime().toString(36)}.${position.id}`;
  return Buffer.from(`${body}.${checksum(list, body)}`).toString('base64url');
}

/**
 * Reads what {@link encodeCursor} wrote.
 *
 * @throws {ApplicationError} `INVALID_CURSOR`
 */
export function decodeCursor(list: string, cursor: string): KeysetPosition {
  const text = cursor.length > 200 ? '' : Buffer.from(cursor, 'base64url').toString('utf8');
  const [moment, id, check, ...rest] = text.split('.');
  const at = new Date(parseInt(moment ?? '', 36));
  if (
    moment === undefined ||
    id === undefined ||
    rest.length > 0 ||
    // Anybody can compute the checksum, so what it covers may still be nothing that a database takes.
    !(at.getTime() >= EARLIEST && at.getTime() <= LATEST) ||
    !isUuid(id) ||
    check !== checksum(list, `${moment}.${id}`)
  ) {
    throw new ApplicationError(
      'INVALID_CURSOR',
      'The cursor was altered or belongs to another list; use cursors as this list gave them.',
    );
  }
  return { at, id };
}

function checksum(list: string, body: string): string {
  return createHash('sha256').update(`${list}\n${body}`).digest('base64url').slice(0, CHECK_LENGTH);
}
