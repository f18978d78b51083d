import { afterEach, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { ask, signIn } from '../harness/graphql.js';
import { expectNothingLeft, makeDataFolder, type DataUnderTest, type Launcher } from '../harness/launcher.js';

const EVERYTHING = `{ users(first: 3) { edges { node {
  email profile { handle } payments(first: 1) { edges { node { id } } } auditTrail(first: 1) { edges { cursor } } } } } }`;

let data: DataUnderTest;
afterEach(() => data.remove());

/** Rows as they lie in the tables, before anybody asks: a profile that lacks would be made at first need. */
async function countRows(): Promise<Readonly<Record<string, number>>> {
  const running = JSON.parse(readFileSync(join(data.folder, 'running.json'), 'utf8')) as {
    readonly ownerUrls: Readonly<Record<string, string>>;
  };
  const counts: Record<string, number> = {};
  for (const [service, table] of TABLES) {
    const client = new pg.Client({ connectionString: running.ownerUrls[service] });
    await client.connect();
    const { rows } = await client.query<{ count: number }>(`SELECT count(*)::int FROM ${service}.${table}`);
    counts[table] = rows[0]?.count ?? 0;
    await client.end();
  }
  return counts;
}

const TABLES = [
  ['auth', 'users'],
  ['profile', 'profiles'],
  ['payments', 'payments'],
  ['payments', 'payment_transitions'],
] as const;

/** Moments of a first start, as far apart as its steps are: clusters, migrations, demo data, services. */
const MOMENTS: ReadonlyArray<readonly [string, (launcher: Launcher) => Promise<unknown>]> = [
  ['after 300 ms', () => sleep(300)],
  ['after 1 s', () => sleep(1_000)],
  ['while it migrates', (launcher) => launcher.says('✔ databases')],
  ['while it fills in the demo data', (launcher) => launcher.says('✔ migrations')],
  ['while the services start', (launcher) => launcher.says('✔ demo data').then(() => sleep(200))],
];

describe('a first start that is killed', () => {
  it.each(MOMENTS)('%s: the next one works, with all of the demo data', async (_moment, arrive) => {
    data = makeDataFolder();
    const killed = data.up();
    await arrive(killed);
    const started = killed.descendants();
    killed.send('SIGKILL');
    await killed.ended;

    const launcher = data.up();
    const endpoint = `${await launcher.ready()}/graphql`;
    // What the killed one had started is gone: services by themselves, servers replaced.
    await expectNothingLeft(started);
    const { payment_transitions: transitions, ...counts } = await countRows();
    expect(counts).toEqual({ users: 200, profiles: 200, payments: 2_000 });
    expect(transitions).toBeGreaterThan(2_000);
    const token = await signIn(endpoint, 'admin@example.com');
    const answer = await ask(endpoint, EVERYTHING, { token });
    expect(answer.errors).toBeUndefined();
    const { status } = await launcher.stop();
    expect(status).toBe(0);
  });
});
