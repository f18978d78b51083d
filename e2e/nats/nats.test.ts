import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { canTestNats, startNatsServer, type TestNatsServer } from '@supergraph/platform/testing';
import { eventually } from '../harness/eventually.js';
import { ask, signIn } from '../harness/graphql.js';
import { register, type Person } from '../harness/people.js';
import { startSystemUnderTest, type SystemUnderTest } from '../harness/system.js';

if (!canTestNats) {
  process.stderr.write('Skipped: there is no nats-server here. Install it (apt-get install nats-server).\n');
}

/** A relay that lost its broker waits up to 10 s before it tries again, and several things are waited for. */
const LONG_MILLISECONDS = 240_000;

(canTestNats ? describe : describe.skip)('the system with a broker', () => {
  let nats: TestNatsServer;
  let system: SystemUnderTest;
  let person: Person;

  beforeAll(async () => {
    nats = await startNatsServer();
    system = await startSystemUnderTest({ environment: { NATS_URL: nats.url } });
  });
  afterAll(async () => {
    await system.stop();
    await nats.stop();
  });

  const isKnownEverywhere = async ({ id }: Person): Promise<boolean> => {
    const found = await Promise.all([
      system.query('profile', 'SELECT 1 FROM profiles WHERE user_id = $1', [id]),
      system.query('payments', 'SELECT 1 FROM payers WHERE id = $1', [id]),
      system.query('admin', 'SELECT 1 FROM users WHERE id = $1', [id]),
      system.query('admin', 'SELECT 1 FROM audit_entries WHERE resource_id = $1', [id]),
    ]);
    return found.every((rows) => rows.length > 0);
  };
  const known = (who: Person): Promise<boolean> =>
    eventually(
      `${who.name} is known everywhere`,
      () => isKnownEverywhere(who),
      (value) => value,
    );
  const storeHolds = (text: string): boolean =>
    readdirSync(nats.storeFolder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .some((entry) => readFileSync(join(entry.parentPath, entry.name)).includes(text));

  it(
    'carries events through it',
    async () => {
      person = await register(system.endpoint, 'Ottoline Brambleby');
      await known(person);
      await eventually(
        'the broker has her',
        async () => storeHolds(person.email),
        (value) => value,
      );
    },
    LONG_MILLISECONDS,
  );

  it(
    'goes on while it is away, and after its store was wiped',
    async () => {
      await nats.kill();
      await known(await register(system.endpoint, 'Without Broker'));
      await nats.wipe();
      await nats.start();
      await known(await register(system.endpoint, 'After Wipe'));
    },
    LONG_MILLISECONDS,
  );

  it(
    'leaves nothing of an erased person in the broker’s files',
    async () => {
      // A relay that finds an empty stream begins with what comes next, and it may still be on its way back.
      const late = await eventually(
        'the broker carries again',
        async () => {
          const person = await register(
            system.endpoint,
            `Peregrine ${randomUUID().replaceAll(/[^a-f]/g, '')}x`,
          );
          await known(person);
          await new Promise((resolve) => setTimeout(resolve, 3_000));
          return storeHolds(person.email) ? person : undefined;
        },
        (person) => person !== undefined,
      );
      if (late === undefined) {
        throw new Error('Somebody was waited for.');
      }
      const admin = await signIn(system.endpoint, 'admin@example.com');
      await ask(
        system.endpoint,
        'mutation ($userId: ID!) { requestErasure(input: { userId: $userId }) { isNew } }',
        { token: admin, variables: { userId: late.id } },
      );
      await eventually(
        'he is erased',
        () =>
          system.query('admin', `SELECT 1 FROM erasures WHERE user_id = $1 AND state = 'COMPLETED'`, [
            late.id,
          ]),
        (rows) => rows.length === 1,
      );
      await eventually(
        'the broker has forgotten him',
        async () => [late.email, late.name, `Browser of ${late.name}`].some(storeHolds),
        (holds) => !holds,
      );
      expect(storeHolds(late.id)).toBe(true);
    },
    LONG_MILLISECONDS,
  );
});
