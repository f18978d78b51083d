import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { supergraph } from '../harness/cli.js';
import { eventually } from '../harness/eventually.js';
import { register, type Person } from '../harness/people.js';
import { startSystemUnderTest, type SystemUnderTest } from '../harness/system.js';

interface Checked {
  readonly replica: string;
  readonly rows: number;
  readonly differences: ReadonlyArray<{
    readonly key: string;
    readonly kind: string;
    readonly columns: string[];
  }>;
  readonly repaired: { readonly written: number; readonly deleted: number } | null;
}

let system: SystemUnderTest;
let people: ReadonlyArray<Person>;

beforeAll(async () => {
  system = await startSystemUnderTest();
  const names = ['One Person', 'Two Person', 'Three Person'];
  people = await Promise.all(names.map((name) => register(system.endpoint, name)));
  await eventually(
    'payments knows them',
    () => system.query('payments', 'SELECT 1 FROM payers WHERE id = ANY ($1)', [people.map(({ id }) => id)]),
    (rows) => rows.length === people.length,
  );
});
afterAll(() => system.stop());

const command = (...args: ReadonlyArray<string>) =>
  supergraph(['replica', ...args], { dataFolder: system.system.folder.path });
const check = async (...args: ReadonlyArray<string>) => {
  const { status, output, errors } = await command('check', ...args, '--json');
  expect(errors).toBe('');
  return { status, checked: JSON.parse(output) as ReadonlyArray<Checked> };
};

describe('the replicas', () => {
  it('are made anew from their owner, demo data included, which never told of itself', async () => {
    for (const service of ['payments', 'admin']) {
      const { status, output, errors } = await command('rebuild', service);
      expect([status, errors]).toEqual([0, '']);
      process.stdout.write(output);
    }
    const { status, checked } = await check();
    expect(checked.map(({ differences }) => differences)).toEqual([[], []]);
    expect(checked.every(({ rows }) => rows > people.length)).toBe(true);
    expect(status).toBe(0);
  });

  it('are found broken, each row and column by name, and repaired', async () => {
    const [one, two, three] = people as [Person, Person, Person];
    await system.query('payments', `UPDATE payers SET name = 'Somebody Else' WHERE id = $1`, [one.id]);
    await system.query('payments', 'DELETE FROM payers WHERE id = $1', [two.id]);
    await system.query(
      'payments',
      `INSERT INTO payers (id, email, name, status, version)
       SELECT gen_random_uuid(), 'ghost@example.com', name, status, version FROM payers WHERE id = $1`,
      [three.id],
    );
    const found = await check('payments');
    expect(found.status).toBe(1);
    const kinds = found.checked[0]?.differences.map(({ kind, columns }) => [kind, columns]).sort();
    expect(kinds).toEqual([
      ['different', ['name']],
      ['extra', []],
      ['missing', []],
    ]);
    const plain = await command('check', 'payments');
    expect(plain.output).toContain('Add --repair');
    expect(plain.output).not.toContain('ghost@example.com');

    const repaired = await check('payments', '--repair');
    expect(repaired.checked[0]?.repaired).toEqual({ written: 2, deleted: 1 });
    expect((await check('payments')).checked[0]?.differences).toEqual([]);
  });

  it('show how far they are behind in the status', async () => {
    const status = await supergraph(['status', '--json'], { dataFolder: system.system.folder.path });
    const { consumers } = JSON.parse(status.output) as {
      consumers: ReadonlyArray<{
        service: string;
        consumer: string;
        source: string;
        state: string;
        lagSeconds: number;
      }>;
    };
    expect(
      consumers.map(({ service, consumer, source }) => `${service}: ${consumer} < ${source}`).sort(),
    ).toEqual(
      expect.arrayContaining(['payments: payers < auth', 'admin: users < auth', 'profile: profiles < auth']),
    );
    expect(consumers.every(({ state }) => state === 'following')).toBe(true);
  });

  it('says in plain words when there is nothing to check', async () => {
    const none = await command('check', 'profile');
    expect([none.status, none.errors]).toEqual([1, expect.stringContaining('profile keeps a replica')]);
    const unknown = await command('check', 'nobody');
    expect(unknown.errors).toContain('There is no service nobody');
  });
});
