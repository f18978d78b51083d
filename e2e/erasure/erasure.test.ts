import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { supergraph } from '../harness/cli.js';
import { eventually } from '../harness/eventually.js';
import { ask, signIn } from '../harness/graphql.js';
import { pay, register, type Person } from '../harness/people.js';
import { startSystemUnderTest, type SystemUnderTest } from '../harness/system.js';

/** What is typed nowhere else in the system, so that finding it means finding her. */
const PHONE = '+12025550143';
const BIO = 'Keeps bees on the roof of Wobblethorpe mill.';
const DESCRIPTION = 'Honey for Wobblethorpe';

interface ErasureSeen {
  readonly id: string;
  readonly state: string;
  readonly overdue: boolean;
  readonly certificate: {
    readonly services?: unknown;
  } | null;
  readonly certificateHash: string | null;
  readonly steps: ReadonlyArray<{
    readonly service: string;
    readonly state: string;
    readonly completedAt: string | null;
    readonly stores: ReadonlyArray<{
      readonly store: string;
      readonly rows: number;
      readonly action: string;
      readonly reason: string | null;
    }> | null;
  }>;
}

let system: SystemUnderTest;
let admin: string;
let person: Person;
let other: Person;
let erasure: ErasureSeen;
let auditedBefore: number;

const scan = (...values: ReadonlyArray<string>) =>
  supergraph(['personal-data', 'scan', '--json'], {
    dataFolder: system.system.folder.path,
    input: values.join('\n'),
  });
const everythingOfHer = (): ReadonlyArray<string> => [
  person.email,
  person.name,
  PHONE,
  'Wobblethorpe',
  `Browser of ${person.name}`,
];
interface Scan {
  readonly looked: ReadonlyArray<{ readonly service: string }>;
  readonly findings: ReadonlyArray<{
    readonly service: string;
    readonly table: string;
    readonly column: string;
    readonly rows: number;
    readonly holds: string | null;
  }>;
}

const ERASURE = `id state overdue certificate certificateHash
  steps { service state completedAt stores { store rows action reason } }`;

beforeAll(async () => {
  system = await startSystemUnderTest({ environment: { PAYMENTS_PROCESSING_DELAY_MILLISECONDS: '0' } });
  admin = await signIn(system.endpoint, 'admin@example.com');
  person = await register(system.endpoint, 'Philippa Quillfeather');
  other = await register(system.endpoint, 'Barnaby Thistle');
  const profile = await eventually(
    'she has a profile',
    async () =>
      (await ask(system.endpoint, '{ me { profile { version } } }', { token: person.token })).data?.me
        ?.profile,
    (value) => value !== null && value !== undefined,
  );
  const updated = await ask(
    system.endpoint,
    `mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { __typename } }`,
    {
      token: person.token,
      variables: {
        input: {
          expectedVersion: (profile as { version: number }).version,
          displayName: person.name,
          phone: PHONE,
          bio: BIO,
        },
      },
    },
  );
  expect(updated.data).toEqual({ updateProfile: { __typename: 'Profile' } });
  await pay(system.endpoint, person.token, { description: DESCRIPTION, recipientId: other.id });
  await pay(system.endpoint, other.token, { recipientId: person.id });
  await eventually(
    'her payment is made',
    () =>
      system.query('payments', 'SELECT 1 FROM payments WHERE user_id = $1 AND status = $2', [
        person.id,
        'COMPLETED',
      ]),
    (rows) => rows.length === 1,
  );
  await eventually(
    'the audit log has heard of her',
    () => system.query('admin', 'SELECT 1 FROM audit_entries WHERE resource_id = $1', [person.id]),
    (rows) => rows.length > 0,
  );
});
afterAll(() => system.stop());

describe('erasing a person', () => {
  it('finds her in every database before', async () => {
    const { findings } = JSON.parse((await scan(...everythingOfHer())).output) as Scan;
    expect(new Set(findings.map(({ service }) => service))).toEqual(
      new Set(['auth', 'profile', 'payments', 'admin']),
    );
  });

  it('runs through every service to a certificate, each step visible', async () => {
    const verified = await supergraph(['audit', 'verify'], { dataFolder: system.system.folder.path });
    expect([verified.status, verified.errors]).toEqual([0, '']);
    const [count] = await system.query<{ count: number }>('admin', 'SELECT count(*)::int FROM audit_entries');
    auditedBefore = count?.count ?? 0;
    const requested = await ask(
      system.endpoint,
      `mutation ($userId: ID!) { requestErasure(input: { userId: $userId }) { isNew erasure { id } } }`,
      { token: admin, variables: { userId: person.id } },
    );
    const opened = requested.data.requestErasure as { isNew: boolean; erasure: { id: string } };
    expect(opened.isNew).toBe(true);
    erasure = await eventually(
      'the erasure is complete',
      async () =>
        (
          await ask(system.endpoint, `query ($id: ID!) { erasure(id: $id) { ${ERASURE} } }`, {
            token: admin,
            variables: { id: opened.erasure.id },
          })
        ).data?.erasure as ErasureSeen,
      (seen) => seen?.state === 'COMPLETED',
    );
    expect(erasure.overdue).toBe(false);
    expect(erasure.steps.map(({ service, state }) => [service, state]).sort()).toEqual([
      ['admin', 'DONE'],
      ['auth', 'DONE'],
      ['payments', 'DONE'],
      ['profile', 'DONE'],
    ]);
    expect(erasure.certificateHash).toMatch(/^[0-9a-f]{64}$/);
    const kept = erasure.steps
      .flatMap(({ stores }) => stores ?? [])
      .filter(({ action }) => action === 'KEPT');
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.every(({ reason }) => reason !== null && reason !== '')).toBe(true);
    process.stdout.write(`\n${describeErasure(erasure)}\n`);
  });

  it('leaves nothing of her in any store', async () => {
    const { status, output } = await scan(...everythingOfHer());
    const { looked, findings } = JSON.parse(output) as Scan;
    expect(looked).toHaveLength(4);
    expect(findings.filter(({ holds }) => holds !== 'kept')).toEqual([]);
    expect(status).toBe(0);
    const logs = await supergraph(['status', '--json'], { dataFolder: system.system.folder.path });
    expect(logs.output).not.toContain(person.email);
  });

  it('finds a value that is planted by hand', async () => {
    await system.query('payments', `UPDATE payments SET description = $1 WHERE user_id = $2`, [
      `for ${person.email}`,
      other.id,
    ]);
    try {
      const { status, output } = await scan(person.email);
      expect(status).toBe(1);
      expect((JSON.parse(output) as Scan).findings).toEqual([
        expect.objectContaining({ service: 'payments', table: 'payments', column: 'description', rows: 1 }),
      ]);
    } finally {
      await system.query('payments', 'UPDATE payments SET description = NULL WHERE user_id = $1', [other.id]);
    }
  });

  it('leaves the audit chain whole', async () => {
    const [count] = await system.query<{ count: number }>('admin', 'SELECT count(*)::int FROM audit_entries');
    expect(count?.count).toBeGreaterThanOrEqual(auditedBefore);
    const { status, output } = await supergraph(['audit', 'verify'], {
      dataFolder: system.system.folder.path,
    });
    expect([status, output]).toEqual([0, expect.stringMatching(/whole/)]);
  });

  it('keeps the payments of others, and their money adds up', async () => {
    const { data } = await ask(
      system.endpoint,
      '{ me { payments(first: 5) { edges { node { recipient { id name } } } } } }',
      {
        token: other.token,
      },
    );
    expect(JSON.stringify(data)).not.toContain(person.name);
    const sums = await system.query<{ sum: string }>(
      'payments',
      'SELECT currency, sum(amount)::text AS sum FROM ledger_entries GROUP BY currency HAVING sum(amount) <> 0',
    );
    expect(sums).toEqual([]);
  });

  it('neither she nor a replayed event brings her back', async () => {
    const { data, status } = await ask(system.endpoint, '{ me { id } }', { token: person.token });
    expect(status === 401 || data?.me === null).toBe(true);
    await expect(signIn(system.endpoint, person.email)).rejects.toThrow(/failed/);
    // All of auth's events once more, from the first one on: what an operator does who mistrusts a replica.
    await system.query(
      'profile',
      `UPDATE consumer_positions SET sequence = 0, event_id = '00000000-0000-0000-0000-000000000000'`,
    );
    await system.query('profile', 'DELETE FROM inbox');
    system.kill('profile');
    const head = await system.query<{ sequence: string }>(
      'auth',
      'SELECT max(sequence)::text AS sequence FROM outbox',
    );
    await eventually(
      'profile has heard everything again',
      () =>
        system.query<{ sequence: string }>(
          'profile',
          'SELECT min(sequence)::text AS sequence FROM consumer_positions',
        ),
      ([row]) => BigInt(row?.sequence ?? 0) >= BigInt(head[0]?.sequence ?? 0),
    );
    expect(await system.query('profile', 'SELECT 1 FROM profiles WHERE user_id = $1', [person.id])).toEqual(
      [],
    );
    expect(
      (JSON.parse((await scan(...everythingOfHer())).output) as Scan).findings.filter(
        ({ holds }) => holds !== 'kept',
      ),
    ).toEqual([]);
  });

  it('is not for the last ADMIN', async () => {
    await system.query(
      'auth',
      `UPDATE users SET role = 'CUSTOMER' WHERE role = 'ADMIN' AND email <> 'admin@example.com'`,
    );
    const me = (await ask(system.endpoint, '{ me { id } }', { token: admin })).data.me as { id: string };
    const { data } = await ask(
      system.endpoint,
      `mutation ($userId: ID!) { requestErasure(input: { userId: $userId }) { erasure { id } } }`,
      { token: admin, variables: { userId: me.id } },
    );
    const refused = await eventually(
      'the erasure is refused',
      async () =>
        (
          await ask(system.endpoint, `query ($id: ID!) { erasure(id: $id) { state refusal } }`, {
            token: admin,
            variables: { id: data.requestErasure.erasure.id as string },
          })
        ).data?.erasure as { state: string; refusal: string },
      (seen) => seen?.state !== 'RUNNING',
    );
    expect(refused).toEqual({ state: 'REFUSED', refusal: 'LAST_ADMIN' });
    expect((await ask(system.endpoint, '{ me { id } }', { token: admin })).data.me).toEqual(me);
  });

  it('shows one entry that a superuser changed, at that entry', async () => {
    const verify = () => supergraph(['audit', 'verify'], { dataFolder: system.system.folder.path });
    const change = `UPDATE audit_entries SET action = action || '.altered' WHERE sequence = 7`;
    await expect(system.query('admin', change)).rejects.toThrow(/append-only/);
    const whole = await verify();
    expect(whole.status).toBe(0);
    // Whoever has the whole database can take the guard away, and put it back as if nothing had happened.
    await system.query('admin', 'ALTER TABLE audit_entries DISABLE TRIGGER audit_entries_are_append_only');
    await system.query('admin', change);
    await system.query(
      'admin',
      'ALTER TABLE audit_entries ENABLE ALWAYS TRIGGER audit_entries_are_append_only',
    );
    const [changed] = await system.query<{ id: string }>(
      'admin',
      'SELECT id FROM audit_entries WHERE sequence = 7',
    );
    const broken = await verify();
    process.stdout.write(`${whole.output}${broken.output}`);
    expect(broken).toMatchObject({
      status: 1,
      output: `The audit log is NOT whole:\n  entry 7 (${changed?.id}): it is not what was recorded\n`,
    });
  });
});

function describeErasure({ steps }: ErasureSeen): string {
  return steps
    .flatMap(({ service, stores }) =>
      (stores ?? []).map(
        ({ store, rows, action, reason }) =>
          `  ${service.padEnd(9)} ${store.padEnd(24)} ${String(rows).padStart(3)} ${action.padEnd(14)} ${reason ?? ''}`,
      ),
    )
    .join('\n');
}
