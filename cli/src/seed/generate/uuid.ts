import { mix, type Topic } from './random.js';

/**
 * A UUIDv7 that follows from the moment, the topic and the index alone, so that every service's rows can name a user
 * without asking anybody. Two indexes of one topic never share one.
 *
 * @param milliseconds since the Unix epoch
 * @param index a whole number less than 2³²
 * @see https://www.rfc-editor.org/rfc/rfc9562#section-5.7
 */
export function uuidV7(milliseconds: number, topic: Topic, index: number): string {
  const early = Math.floor(milliseconds / 0x1_0000_0000);
  const late = milliseconds >>> 0;
  const unique = mix(topic, index);
  const more = mix(topic, unique ^ 0x5bd1e995);
  const most = mix(topic, more ^ 0x27d4eb2d);
  const version = 0x7000 | (more & 0x0fff);
  const variant = 0x8000 | ((more >>> 12) & 0x3fff);
  return `${four(early)}${four(late >>> 16)}-${four(late)}-${four(version)}-${four(variant)}-${four(most)}${four(unique >>> 16)}${four(unique)}`;
}

/** Every byte in hexadecimal: millions of ids are written, and this is what they cost. */
const BYTES = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** The last 16 bits in four digits. */
function four(value: number): string {
  return `${BYTES[(value >>> 8) & 0xff]}${BYTES[value & 0xff]}`;
}
