import { createHash } from 'node:crypto';
import type { Aggregate } from '../envelope.js';

/** What a source's events are called at the broker. */
export interface BrokerNames {
  /** The stream that holds them. */
  readonly stream: string;
  /** All subjects of them. */
  readonly subjects: string;
  /** Where the source says that it is alive: outside the stream, nobody keeps it. */
  readonly heartbeats: string;
  /** The subject of one aggregate's events. */
  subjectOf(aggregate: Aggregate): string;
}

/** Subjects are part of a control line, which servers limit to 4 KiB. */
const LONGEST_TOKEN = 200;

/**
 * Gives the names of a source.
 *
 * @param prefix keeps systems apart that share a broker, letters, digits and `-`
 * @throws when the prefix is something else
 */
export function brokerNames(prefix: string, source: string): BrokerNames {
  if (!/^[A-Za-z0-9-]+$/.test(prefix)) {
    throw new Error(`\`${prefix}\` cannot begin subjects: use letters, digits and \`-\`.`);
  }
  const token = encodeToken(source);
  return {
    stream: `${prefix}-${token}`,
    subjects: `${prefix}.${token}.>`,
    heartbeats: `${prefix}-heartbeats.${token}`,
    subjectOf: ({ type, id }) => `${prefix}.${token}.${encodeToken(type)}.${encodeToken(id)}`,
  };
}

/**
 * Writes any text as one token of a subject, different texts differently: letters, digits, `-` and `_` stay, every
 * other byte becomes `=` and two hexadecimal digits. A very long text becomes its hash.
 */
export function encodeToken(text: string): string {
  const token = text.replace(/[^A-Za-z0-9_-]/gu, (character) =>
    [...Buffer.from(character)].map((byte) => `=${byte.toString(16).padStart(2, '0')}`).join(''),
  );
  if (token === '') {
    return '=';
  }
  return token.length <= LONGEST_TOKEN
    ? token
    : `=sha256-${createHash('sha256').update(text).digest('base64url')}`;
}
