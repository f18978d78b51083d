import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { supergraph } from '../harness/cli.js';
import { eventually } from '../harness/eventually.js';
import { register } from '../harness/people.js';
import { startSystemUnderTest, type SystemUnderTest } from '../harness/system.js';

let system: SystemUnderTest;

beforeAll(async () => {
  system = await startSystemUnderTest();
});
afterAll(() => system.stop());

const command = (...args: ReadonlyArray<string>) =>
  supergraph(['events', ...args], { dataFolder: system.system.folder.path });
const parked = async () =>
  JSON.parse((await command('parked', '--json')).output) as ReadonlyArray<{
    readonly service: string;
    readonly consumer: string;
    readonly eventId: string;
    readonly state: string;
    readonly reason: string;
  }>;

/** Tells an event as auth would, but for what is wrong with it. */
async function tell(userId: string, version: number, data: object): Promise<string> {
  const id = randomUUID();
  await system.query(
    'auth',
    `INSERT INTO outbox (event_id, type, version, aggregate_type, aggregate_id, data, entities)
     VALUES ($1, 'auth.user.registered', $2, 'user', $3, $4, '[]')`,
    [id, version, userId, JSON.stringify(data)],
  );
  return id;
}

describe('an event that breaks its contract', () => {
  const userId = randomUUID();
  const whole = { userId, email: 'x@example.com', name: 'X', role: 'CUSTOMER', status: 'ACTIVE', version: 1 };
  let broken: string;
  let later: string;

  it('is parked with its reason, and the stream behind it goes on', async () => {
    expect((await command('parked')).output).toBe('No event is parked.\n');
    broken = await tell(userId, 1, { ...whole, role: 'KING' });
    later = await tell(randomUUID(), 99, whole);
    const person = await register(system.endpoint, 'Behind Them');
    await eventually(
      'whoever comes behind is known',
      () => system.query('payments', 'SELECT 1 FROM payers WHERE id = $1', [person.id]),
      (rows) => rows.length === 1,
    );
    const list = await eventually('all have parked them', parked, (all) => all.length >= 8);
    for (const service of ['profile', 'payments', 'admin']) {
      const own = list.filter((event) => event.service === service);
      expect(own.find(({ eventId }) => eventId === broken)).toMatchObject({
        state: 'PARKED',
        reason: 'INVALID_DATA',
      });
      expect(own.find(({ eventId }) => eventId === later)).toMatchObject({
        state: 'PARKED',
        reason: 'LATER_VERSION',
      });
    }
    const { output } = await command('parked', 'payments');
    expect(output).toContain(broken);
    expect(output).toContain('events replay SERVICE');
  });

  it('takes effect when it is replayed after it was mended', async () => {
    await system.query(
      'payments',
      'UPDATE parked_events SET envelope = jsonb_set(envelope, $2, $3) WHERE event_id = $1',
      [broken, '{data}', JSON.stringify(whole)],
    );
    const { status, output } = await command('replay', 'payments', '--event', broken);
    expect([status, output]).toEqual([0, expect.stringContaining('1 event is tried again')]);
    await eventually(
      'the payer is known',
      () => system.query('payments', 'SELECT 1 FROM payers WHERE id = $1', [userId]),
      (rows) => rows.length === 1,
    );
  });

  it('is parked again when it is replayed as it was', async () => {
    expect((await command('replay', 'profile', '--event', broken)).status).toBe(0);
    await eventually('it is parked again', parked, (all) =>
      all.some(
        ({ service, eventId, state }) => service === 'profile' && eventId === broken && state === 'PARKED',
      ),
    );
  });

  it('is given up by name', async () => {
    expect((await command('discard', 'payments', 'payers', 'auth', later)).output).toBe('Discarded.\n');
    const left = await parked();
    expect(left.filter(({ service }) => service === 'payments')).toEqual([]);
    const again = await command('discard', 'payments', 'payers', 'auth', later);
    expect([again.status, again.output]).toEqual([1, 'payments has no such parked event.\n']);
    expect((await command('replay', 'payments', '--event', 'nonsense')).errors).toContain(
      'Give the id of an event',
    );
  });
});
