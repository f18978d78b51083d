import { describe, expect, it } from '@jest/globals';
import { formatEnvelope, parseEnvelope, type ReceivedEvent } from './envelope.js';
import { beginningOf, formatPosition, parsePosition } from './position.js';

const event: ReceivedEvent = {
  id: '019b0000-0000-7000-8000-000000000001',
  source: 'maker',
  type: 'maker.widget.made',
  version: 1,
  occurredAt: new Date('2026-11-23T10:00:00.123Z'),
  epoch: '4f9b0000-0000-4000-8000-000000000002',
  sequence: 9_007_199_254_740_993n,
  aggregate: { type: 'widget', id: 'a b/ü' },
  entities: [
    { typename: 'Widget', id: 'a b/ü' },
    { typename: 'Box', id: '%20' },
  ],
  actor: 'someone',
  client: { ip: '192.0.2.1', userAgent: 'Browser/1.0' },
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  data: { id: 1 },
};

describe('an envelope', () => {
  it('comes back as it went, through JSON', () => {
    const wire: unknown = JSON.parse(JSON.stringify(formatEnvelope(event)));
    expect(parseEnvelope(wire)).toEqual({ type: 'event', event });
    const bare = {
      ...event,
      entities: [],
      actor: null,
      client: { ip: null, userAgent: null },
      traceparent: null,
    };
    expect(parseEnvelope(formatEnvelope(bare))).toEqual({ type: 'event', event: bare });
  });

  it('is CloudEvents 1.0: required attributes, names in lower case, extensions that are scalars', () => {
    const { data, ...attributes } = formatEnvelope(event);
    expect(attributes).toMatchObject({ specversion: '1.0', id: event.id, source: 'maker', type: event.type });
    expect(data).toEqual({ id: 1 });
    for (const [name, value] of Object.entries(attributes)) {
      expect(name).toMatch(/^[a-z0-9]{1,20}$/);
      expect(['string', 'number']).toContain(typeof value);
    }
  });

  it('may have attributes that nobody knows', () => {
    expect(parseEnvelope({ ...formatEnvelope(event), novelty: { a: 1 } })).toEqual({ type: 'event', event });
  });

  it.each([
    ['specversion', '0.3'],
    ['id', 'secret'],
    ['type', 'made'],
    ['sequence', '-1'],
    ['sequence', '9999999999999999999'],
    ['epoch', null],
    ['time', 'yesterday'],
    ['dataversion', 0],
    ['subject', ''],
    ['entities', 'Widget'],
    ['entities', 'Widget/%'],
  ])('is broken with the %s %p, and does not repeat the value', (attribute, value) => {
    const parsed = parseEnvelope({ ...formatEnvelope(event), [attribute]: value });
    expect(parsed).toMatchObject({ type: 'broken', detail: expect.stringContaining(attribute) });
    expect(JSON.stringify(parsed)).not.toContain('secret');
  });

  it.each([[null], ['text'], [[]], [{}]])('is broken when it is %p', (value) => {
    expect(parseEnvelope(value).type).toBe('broken');
  });
});

describe('the text of a position', () => {
  const position = { epoch: event.epoch, sequence: event.sequence, eventId: event.id };

  it('gives the position back', () => {
    expect(parsePosition(formatPosition(position))).toEqual(position);
    expect(parsePosition(formatPosition(beginningOf(event.epoch)))).toEqual(beginningOf(event.epoch));
  });

  it('is refused with any character altered, added or removed', () => {
    const text = formatPosition(position);
    for (let index = 0; index < text.length; index += 1) {
      const other = text[index] === 'A' ? 'B' : 'A';
      expect(parsePosition(text.slice(0, index) + other + text.slice(index + 1))).toBeUndefined();
    }
    expect(parsePosition(`${text}A`)).toBeUndefined();
    expect(parsePosition(`${text}=`)).toBeUndefined();
    expect(parsePosition(text.slice(1))).toBeUndefined();
    expect(parsePosition('')).toBeUndefined();
  });
});
