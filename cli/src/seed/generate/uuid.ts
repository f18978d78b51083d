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
  const time = hexadecimal(milliseconds, 12);
  const unique = mix(topic, index);
  const more = mix(topic, unique ^ 0x5bd1e995);
  const most = mix(topic, more ^ 0x27d4eb2d);
  const version = hexadecimal(0x7000 | (more & 0x0fff), 4);
  const variant = hexadecimal(0x8000 | ((more >>> 12) & 0x3fff), 4);
  return `${time.slice(0, 8)}-${time.slice(8)}-${version}-${variant}-${hexadecimal(most & 0xffff, 4)}${hexadecimal(unique, 8)}`;
}

function hexadecimal(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
