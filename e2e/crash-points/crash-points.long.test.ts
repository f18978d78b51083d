import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findCrashPoints } from '@supergraph/platform/events';
import { readServices } from '@supergraph/schema/services';
import { eventually } from '../harness/eventually.js';
import { ask, signIn } from '../harness/graphql.js';
import { pay, register, type Person } from '../harness/people.js';
import { ROOT } from '../harness/root.js';
import { changeSetting } from '../harness/settings.js';
import { startSystemUnderTest, type SystemUnderTest } from '../harness/system.js';

/** What has to happen for a service to come by a point. */
type Story = 'register' | 'erase' | 'refuse' | 'recur' | 'set';

/** Every crash point of the services’ own sources. One that is not listed fails the suite. */
const STORIES: Readonly<Record<string, Story>> = {
  'admin.auditAppended': 'register',
  'admin.erasureRefused': 'refuse',
  'admin.erasureStepRecorded': 'erase',
  'admin.userKept': 'register',
  'auth.personErased': 'erase',
  'auth.settingKept': 'set',
  'payments.occurrenceMade': 'recur',
  'payments.payerKept': 'register',
  'payments.personErased': 'erase',
  'payments.settingKept': 'set',
  'profile.personErased': 'erase',
  'profile.profileCreated': 'register',
};

const services = readServices(ROOT);
let folder: string;
let system: SystemUnderTest;
let admin: string;
const survived: [point: string, story: Story][] = [];

const armFile = (service: string): string => join(folder, `${service}.crash`);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'crash-points-'));
  system = await startSystemUnderTest({
    environment: Object.fromEntries(
      services.map(({ name, environmentPrefix }) => [
        `${environmentPrefix}_CRASH_POINTS`,
        `@${armFile(name)}`,
      ]),
    ),
  });
  admin = await signIn(system.endpoint, 'admin@example.com');
  // One who cannot be erased is needed too.
  await system.query(
    'auth',
    `UPDATE users SET role = 'CUSTOMER' WHERE role = 'ADMIN' AND email <> 'admin@example.com'`,
  );
});
afterAll(async () => {
  await system.stop();
  rmSync(folder, { recursive: true, force: true });
  const lines = survived.map(([point, story]) => `  ${point.padEnd(28)} ${story}`);
  process.stdout.write(
    `\nkill -9 survived at ${survived.length} points of the services:\n${lines.join('\n')}\n`,
  );
});

const processOf = (service: string): number | undefined =>
  system.system.services.find(({ service: { name } }) => name === service)?.process.processId();

const isReady = async (service: string): Promise<boolean> => {
  const running = system.system.services.find(({ service: { name } }) => name === service);
  return fetch(`${running?.process.url}/health/ready`).then(
    ({ ok }) => ok,
    () => false,
  );
};

/** Starts a service anew, which then kills itself when it comes by the point for the first time. */
async function arm(service: string, point: string): Promise<number> {
  const before = processOf(service);
  writeFileSync(armFile(service), point);
  system.kill(service);
  await eventually(
    `${service} is back`,
    async () => processOf(service) !== before && (await isReady(service)),
    (value) => value,
  );
  return processOf(service) ?? 0;
}

const requestErasure = (userId: string) =>
  eventually(
    'the erasure is taken',
    async () =>
      (
        await ask(
          system.endpoint,
          'mutation ($userId: ID!) { requestErasure(input: { userId: $userId }) { erasure { id } } }',
          { token: admin, variables: { userId } },
        )
      ).data?.requestErasure as { erasure: { id: string } } | undefined,
    (value) => value?.erasure !== undefined,
  );

async function expectErasure(userId: string, state: string): Promise<void> {
  await eventually(
    `the erasure is ${state}`,
    () =>
      system.query<{ state: string }>('admin', 'SELECT state::text FROM erasures WHERE user_id = $1', [
        userId,
      ]),
    ([row]) => row?.state === state,
  );
}

/** Everything that auth told is in the audit log once, and nothing else of this person. */
async function expectAuditedOnce(person: Person): Promise<void> {
  const told = await system.query<{ id: string }>(
    'auth',
    `SELECT event_id::text AS id FROM outbox WHERE data ->> 'userId' = $1`,
    [person.id],
  );
  const audited = () =>
    system.query<{ id: string; count: number }>(
      'admin',
      'SELECT id::text, count(*)::int FROM audit_entries WHERE id = ANY ($1) GROUP BY 1',
      [told.map(({ id }) => id)],
    );
  const entries = await eventually('all is audited', audited, (rows) => rows.length === told.length);
  expect(entries.every(({ count }) => count === 1)).toBe(true);
}

const stories: Readonly<Record<Story, () => Promise<void>>> = {
  async register() {
    const person = await register(system.endpoint, 'Crash Survivor');
    for (const [service, statement] of [
      ['profile', 'SELECT 1 FROM profiles WHERE user_id = $1'],
      ['payments', 'SELECT 1 FROM payers WHERE id = $1'],
      ['admin', 'SELECT 1 FROM users WHERE id = $1'],
    ] as const) {
      const rows = await eventually(
        `${service} knows the person`,
        () => system.query(service, statement, [person.id]),
        (found) => found.length > 0,
      );
      expect(rows).toHaveLength(1);
    }
    await expectAuditedOnce(person);
  },
  async erase() {
    const person = await register(system.endpoint, 'Crash Forgotten');
    await pay(system.endpoint, person.token);
    await requestErasure(person.id);
    await expectErasure(person.id, 'COMPLETED');
    const erased = await Promise.all(
      services.map(({ name }) =>
        system.query(name, 'SELECT 1 FROM erased_people WHERE user_id = $1', [person.id]),
      ),
    );
    expect(erased.map((rows) => rows.length)).toEqual(services.map(() => 1));
    const told = await system.query(
      'auth',
      `SELECT 1 FROM outbox WHERE type = 'auth.user.erased' AND aggregate_id = $1`,
      [person.id],
    );
    expect(told).toHaveLength(1);
    await expectAuditedOnce(person);
  },
  async refuse() {
    const [me] = await system.query<{ id: string }>(
      'auth',
      `SELECT id FROM users WHERE email = 'admin@example.com'`,
    );
    await requestErasure(me?.id ?? '');
    await expectErasure(me?.id ?? '', 'REFUSED');
  },
  async recur() {
    const person = await register(system.endpoint, 'Crash Subscriber');
    const { data, errors } = await ask(
      system.endpoint,
      `mutation ($input: CreateRecurringPaymentInput!) {
         createRecurringPayment(input: $input) { __typename ... on RecurringPayment { id } } }`,
      {
        token: person.token,
        variables: {
          input: {
            amount: { amount: '4.50', currency: 'EUR' },
            idempotencyKey: person.id,
            recurrence: { unit: 'MONTH' },
          },
        },
      },
    );
    expect([errors, data?.createRecurringPayment.__typename]).toEqual([undefined, 'RecurringPayment']);
    const paid = await eventually(
      'the first occurrence is paid',
      () =>
        system.query<{ status: string }>(
          'payments',
          'SELECT status::text FROM payments WHERE recurring_payment_id = $1',
          [data?.createRecurringPayment.id],
        ),
      (rows) => rows.some(({ status }) => status === 'COMPLETED'),
    );
    expect(paid).toHaveLength(1);
  },
  async set() {
    for (const [service, key] of [
      ['auth', 'registration.open'],
      ['payments', 'payments.enabled'],
    ] as const) {
      for (const value of [false, true]) {
        await changeSetting(system.endpoint, admin, key, value);
        await eventually(
          `${service} heard of it`,
          () => system.query<{ value: boolean }>(service, 'SELECT value FROM settings WHERE key = $1', [key]),
          ([row]) => row?.value === value,
        );
      }
    }
  },
};

describe('kill -9 at every crash point of the services', () => {
  it('covers every point that their sources name', () => {
    const points = findCrashPoints(services.map((service) => join(service.folder, 'src')));
    expect(Object.keys(STORIES).sort()).toEqual(points);
  });

  for (const [point, story] of Object.entries(STORIES)) {
    it(`${point} (${story})`, async () => {
      const service = point.slice(0, point.indexOf('.'));
      const armed = await arm(service, point);
      const going = stories[story]();
      await eventually(
        `${service} was killed there`,
        async () => processOf(service),
        (id) => id !== armed,
      );
      await going;
      survived.push([point, story]);
    });
  }
});
