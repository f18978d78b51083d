import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ProviderEvent } from './provider/webhook-event.js';
import { SIGNATURE_HEADER, signWebhook, TIMESTAMP_HEADER } from './provider/webhook-signature.js';
import {
  insertPayments,
  startPaymentsFixture,
  type PaymentsFixture,
} from './test-support/payments-fixture.js';
import { openReplica, unbalancedSums } from './test-support/processing.js';
import { doRound } from './worker/round.js';

let fixture: PaymentsFixture;
let id: string;

beforeAll(async () => {
  fixture = await startPaymentsFixture();
});
afterAll(() => fixture.stop());
beforeEach(async () => {
  id = await insert('PROCESSING');
});

async function insert(status: string, description: string | null = null): Promise<string> {
  const rows = [
    { payer: randomUUID(), status, description, processAfter: status === 'PENDING' ? new Date(0) : null },
  ];
  return (await insertPayments(fixture.database, rows))[0] as string;
}
const succeeded = (key = id): ProviderEvent => ({
  id: randomUUID(),
  type: 'charge.succeeded',
  key,
  reference: 'reference-1',
});
const declined = (key = id): ProviderEvent => ({
  id: randomUUID(),
  type: 'charge.declined',
  key,
  reason: 'card expired',
});

async function post(body: string, headers: Record<string, string>) {
  const response = await fetch(`${fixture.url}/webhooks/provider`, { method: 'POST', body, headers });
  return { status: response.status, ...((await response.json()) as { code: string; message: string }) };
}
function send(event: unknown, at = new Date(), secret = fixture.webhookSecret) {
  const body = JSON.stringify(event);
  return post(body, signWebhook(secret, body, at));
}
async function read(paymentId = id) {
  const [payment] = await fixture.database.query('SELECT * FROM payments WHERE id = $1', [paymentId]);
  return payment as Record<string, unknown>;
}
const entriesOf = (paymentId = id) =>
  fixture.database.query('SELECT id FROM ledger_entries WHERE payment_id = $1', [paymentId]);
const eventsAbout = (key = id) =>
  fixture.database.query('SELECT event_id, effect FROM provider_events WHERE key = $1 ORDER BY id', [key]);

describe('POST /webhooks/provider', () => {
  it('completes a payment and moves the money', async () => {
    const event = succeeded();
    expect(await send(event)).toMatchObject({ status: 200, code: 'APPLIED' });
    expect(await read()).toMatchObject({ status: 'COMPLETED', provider_reference: 'reference-1' });
    expect(await entriesOf()).toHaveLength(4);
    expect(await unbalancedSums(fixture)).toEqual([]);
    expect(await eventsAbout()).toEqual([{ event_id: event.id, effect: 'APPLIED' }]);
  });

  it('fails a payment with the reason', async () => {
    expect(await send(declined())).toMatchObject({ status: 200, code: 'APPLIED' });
    expect(await read()).toMatchObject({ status: 'FAILED', failure_reason: 'card expired' });
    expect(await entriesOf()).toEqual([]);
  });

  it('does once what comes twice, and ten times at once', async () => {
    const event = succeeded();
    expect((await send(event)).code).toBe('APPLIED');
    expect(await send(event)).toMatchObject({ status: 200, code: 'DUPLICATE' });
    const other = await insert('PROCESSING');
    const storm = succeeded(other);
    const answers = await fixture.collide(other, 8, () => send(storm));
    expect(answers.map(({ code }) => code).sort()).toEqual(['APPLIED', ...Array(7).fill('DUPLICATE')]);
    expect(await entriesOf(other)).toHaveLength(4);
    expect(await eventsAbout(other)).toHaveLength(1);
  });

  it('leaves a payment that has ended as it is, whatever comes after', async () => {
    await send(succeeded());
    const before = await read();
    expect((await send(succeeded())).code).toBe('IGNORED');
    expect((await send(declined())).code).toBe('IGNORED');
    expect(await read()).toEqual(before);
    expect(await entriesOf()).toHaveLength(4);
    expect(await eventsAbout()).toHaveLength(3);
  });

  it('sends back what came too early, and takes it later', async () => {
    const pending = await insert('PENDING');
    const event = succeeded(pending);
    const before = await fixture.snapshot();
    expect(await send(event)).toMatchObject({ status: 409, code: 'TOO_EARLY' });
    expect(await fixture.snapshot()).toBe(before);
    await fixture.database.query(`UPDATE payments SET status = 'PROCESSING' WHERE id = $1`, [pending]);
    expect((await send(event)).code).toBe('APPLIED');
  });

  it.each([randomUUID(), 'no-uuid'])(
    'keeps an event about the unknown payment %s and does nothing',
    async (key) => {
      expect(await send(succeeded(key))).toMatchObject({ status: 200, code: 'UNKNOWN_PAYMENT' });
      expect(await eventsAbout(key)).toMatchObject([{ effect: 'IGNORED' }]);
    },
  );

  it.each<[string, () => Promise<unknown>]>([
    ['another secret', () => send(succeeded(), new Date(), 'another-secret-of-thirty-two-characters')],
    ['no proof', () => post(JSON.stringify(succeeded()), {})],
    [
      'a signature that is no signature',
      () => post('{}', { [TIMESTAMP_HEADER]: '1', [SIGNATURE_HEADER]: 'v1=00' }),
    ],
    [
      'a body that was changed',
      () => {
        const proof = signWebhook(fixture.webhookSecret, JSON.stringify(declined()), new Date());
        return post(JSON.stringify(succeeded()), proof);
      },
    ],
    [
      'a timestamp that was changed',
      () => {
        const body = JSON.stringify(succeeded());
        const proof = signWebhook(fixture.webhookSecret, body, new Date(Date.now() - 3_600_000));
        return post(body, { ...proof, [TIMESTAMP_HEADER]: String(Math.floor(Date.now() / 1_000)) });
      },
    ],
  ])('refuses %s and changes nothing', async (_what, attempt) => {
    const before = await fixture.snapshot();
    expect(await attempt()).toMatchObject({ status: 401, code: 'WEBHOOK_SIGNATURE_INVALID' });
    expect(await fixture.snapshot()).toBe(before);
  });

  it.each([-310, 310])('refuses a timestamp that is %d s from now and changes nothing', async (seconds) => {
    const before = await fixture.snapshot();
    expect(await send(succeeded(), new Date(Date.now() + seconds * 1_000))).toMatchObject({
      status: 401,
      code: 'WEBHOOK_TIMESTAMP_INVALID',
    });
    expect(await fixture.snapshot()).toBe(before);
  });

  it('takes one that is four minutes old', async () => {
    expect((await send(succeeded(), new Date(Date.now() - 240_000))).code).toBe('APPLIED');
  });

  it.each<[string, unknown]>([
    ['a type that is not known', { ...succeeded('x'), type: 'charge.exploded' }],
    ['no key', { id: '1', type: 'charge.declined', reason: 'no' }],
    ['a list', []],
    ['null', null],
  ])('refuses %s, signed, and changes nothing', async (_what, body) => {
    const before = await fixture.snapshot();
    expect(await send(body)).toMatchObject({ status: 400, code: 'WEBHOOK_MALFORMED' });
    expect(await fixture.snapshot()).toBe(before);
  });

  it('refuses a body of more than 64 KiB', async () => {
    expect(await send({ ...succeeded(), padding: 'x'.repeat(70_000) })).toMatchObject({
      status: 413,
      code: 'WEBHOOK_TOO_LARGE',
    });
  });
});

describe('the test provider’s webhooks', () => {
  it('settle a late payment, once, though the worker asks at the same time', async () => {
    const late = await insert('PENDING', 'rent test:late-webhook');
    const replica = openReplica(fixture, { lateMilliseconds: 50, leaseMilliseconds: 60_000 });
    await doRound(replica.context);
    expect(await read(late)).toMatchObject({ status: 'PROCESSING' });
    while (replica.events.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await fixture.database.query(`UPDATE payments SET process_after = 'epoch' WHERE id = $1`, [late]);
    await Promise.all([...replica.events.map((event) => send(event)), doRound(replica.context)]);
    await replica.stop();
    expect(await read(late)).toMatchObject({ status: 'COMPLETED', version: 3 });
    expect(await entriesOf(late)).toHaveLength(4);
  });

  it('come twice when they are asked to, and are dealt with once', async () => {
    const twice = await insert('PENDING', 'test:duplicate-webhook');
    const replica = openReplica(fixture);
    await doRound(replica.context);
    while (replica.events.length < 2) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await replica.stop();
    const codes = [];
    for (const event of replica.events) {
      codes.push((await send(event)).code);
    }
    expect(codes).toEqual(['IGNORED', 'DUPLICATE']);
    expect(await entriesOf(twice)).toHaveLength(4);
  });
});
