import { describe, expect, it } from '@jest/globals';
import { headers } from '@nats-io/transport-node';
import type { ReceivedEvent } from '../envelope.js';
import { beginningOf } from '../position.js';
import { formatMessage, parseMessage } from './message.js';
import { brokerNames } from './names.js';

const EPOCH = '0199c0de-7b1a-4000-8000-000000000001';
const event: ReceivedEvent = {
  id: '0199c0de-7b1a-4000-8000-000000000002',
  source: 'maker',
  type: 'maker.widget.made',
  version: 1,
  occurredAt: new Date('2026-01-02T03:04:05.678Z'),
  epoch: EPOCH,
  sequence: 7n,
  aggregate: { type: 'widget', id: 'a.b' },
  entities: [],
  actor: null,
  client: { ip: null, userAgent: null },
  traceparent: null,
  data: { name: 'ünïcode' },
};
const after = { ...beginningOf(EPOCH), sequence: 5n };
const written = formatMessage(event, after, brokerNames('events', 'maker'));
const sent = (body = written.body) => ({
  headers: written.options.headers ?? headers(),
  data: Buffer.from(body),
});

describe('a message of the broker', () => {
  it('carries an event with its place and its predecessor’s', () => {
    expect(written.subject).toBe('events.maker.widget.a=2eb');
    expect(written.options.msgID).toBe(`${EPOCH}/${event.id}`);
    const parsed = parseMessage(sent(), 'maker', () => true);
    expect(parsed).toMatchObject({ after, position: { epoch: EPOCH, sequence: 7n, eventId: event.id } });
    expect(parsed?.envelope).toMatchObject({ specversion: '1.0', sequence: '7', data: { name: 'ünïcode' } });
  });

  it('is not read any further when its type is not wanted', () => {
    const parsed = parseMessage(sent('not even JSON'), 'maker', (type) => type !== 'maker.widget.made');
    expect(parsed).toMatchObject({ after, envelope: undefined });
  });

  it.each<[string, string]>([
    ['not JSON', 'broken'],
    ['nothing', 'null'],
    ['another event', written.body.replace(event.id, '0199c0de-7b1a-4000-8000-000000000003')],
    ['another place', written.body.replace('"sequence":"7"', '"sequence":"8"')],
    ['another source', written.body.replace('"source":"maker"', '"source":"smith"')],
    ['another type', written.body.replace('maker.widget.made', 'maker.widget.scrapped')],
  ])('counts as lost when it holds %s', (_what, body) => {
    expect(parseMessage(sent(body), 'maker', () => true)).toBeUndefined();
  });

  it('counts as lost without a place, with an altered one and with a predecessor behind it', () => {
    expect(parseMessage({ data: Buffer.from(written.body) }, 'maker', () => true)).toBeUndefined();
    const altered = headers();
    altered.set('Event-Type', event.type);
    altered.set('Event-After', written.options.headers?.get('Event-After') ?? '');
    altered.set('Event-Position', `A${(written.options.headers?.get('Event-Position') ?? '').slice(1)}x`);
    expect(parseMessage({ ...sent(), headers: altered }, 'maker', () => true)).toBeUndefined();
    const backwards = formatMessage(event, { ...after, sequence: 7n }, brokerNames('events', 'maker'));
    const message = { headers: backwards.options.headers ?? headers(), data: Buffer.from(backwards.body) };
    expect(parseMessage(message, 'maker', () => true)).toBeUndefined();
  });
});
