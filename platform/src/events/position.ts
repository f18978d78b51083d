import { createHash } from 'node:crypto';

/** A place in a source's log: everything up to this event, which is the last one read. */
export interface Position {
  /** Which life of the log: it changes when the source's database is restored to an earlier time. */
  readonly epoch: string;
  readonly sequence: bigint;
  /** The event at `sequence`; {@link NO_EVENT} at the very beginning. */
  readonly eventId: string;
}

/** Stands where a log has no event yet. */
export const NO_EVENT = '00000000-0000-0000-0000-000000000000';

const FORMAT = 1;
const CHECKSUM_BYTES = 6;

/** Where the log of an epoch begins. */
export function beginningOf(epoch: string): Position {
  return { epoch, sequence: 0n, eventId: NO_EVENT };
}

/**
 * Writes a position as the opaque text that consumers keep.
 *
 * The checksum finds what was garbled. A text that somebody made up is found by its source, which compares it with
 * the log: nobody guesses the id of the event at a sequence number.
 */
export function formatPosition(position: Position): string {
  const bytes = Buffer.alloc(41);
  bytes.writeUInt8(FORMAT, 0);
  uuidBytes(position.epoch).copy(bytes, 1);
  bytes.writeBigUInt64BE(position.sequence, 17);
  uuidBytes(position.eventId).copy(bytes, 25);
  return Buffer.concat([bytes, checksum(bytes)]).toString('base64url');
}

/**
 * Reads the text of a position.
 *
 * @returns undefined when it is not one, or was altered
 */
export function parsePosition(text: string): Position | undefined {
  const bytes = Buffer.from(text, 'base64url');
  // Decoding is lenient: only the text that we would write ourselves is good.
  if (bytes.length !== 41 + CHECKSUM_BYTES || bytes.toString('base64url') !== text || bytes[0] !== FORMAT) {
    return undefined;
  }
  const content = bytes.subarray(0, 41);
  const sequence = content.readBigUInt64BE(17);
  if (!checksum(content).equals(bytes.subarray(41)) || sequence > 0x7fffffffffffffffn) {
    return undefined;
  }
  return {
    epoch: uuidText(content.subarray(1, 17)),
    sequence,
    eventId: uuidText(content.subarray(25)),
  };
}

/** Tells whether two positions are the same place. */
export function isSamePosition(one: Position, other: Position): boolean {
  return one.epoch === other.epoch && one.sequence === other.sequence && one.eventId === other.eventId;
}

function uuidBytes(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}

function uuidText(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function checksum(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest().subarray(0, CHECKSUM_BYTES);
}
