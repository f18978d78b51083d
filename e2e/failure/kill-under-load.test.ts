import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ask, signIn } from '../harness/graphql.js';
import { startSystemUnderTest, type SystemUnderTest } from '../harness/system.js';
import { formatKills, killUnderLoad, type KillObservation } from './kill-under-load.js';

const isFull = process.env['SUPERGRAPH_TEST_FULL'] !== undefined;
const PER_SECOND = isFull ? 200 : 60;

/** What a start, or a service's way back, takes on a machine that is busy with other things. */
const START_MILLISECONDS = 180_000;

const PAYMENTS = 'payments(first: 1) { edges { node { id status } } }';
const USER = 'user(id: $id) { id email }';
const SETTINGS = 'settings { key }';
const operation = (...parts: ReadonlyArray<string>): string => `query ($id: ID!) { ${parts.join(' ')} }`;
const withoutVariables = (...parts: ReadonlyArray<string>): string => `{ ${parts.join(' ')} }`;

const VICTIMS = {
  auth: { touched: operation(USER), untouched: withoutVariables(PAYMENTS, SETTINGS) },
  profile: {
    touched: operation('user(id: $id) { id profile { displayName } }'),
    untouched: operation(USER, PAYMENTS, SETTINGS),
  },
  payments: { touched: withoutVariables(PAYMENTS), untouched: operation(USER, SETTINGS) },
  admin: { touched: withoutVariables(SETTINGS), untouched: operation(USER, PAYMENTS) },
};

let system: SystemUnderTest;
let token: string;
let id: string;
const observations: KillObservation[] = [];

beforeAll(async () => {
  system = await startSystemUnderTest();
  token = await signIn(system.endpoint, 'admin@example.com');
  const [user] = await system.query<{ id: string }>(
    'auth',
    "SELECT id FROM users WHERE email = 'customer@example.com'",
  );
  id = user?.id ?? '';
  for (const { touched, untouched } of Object.values(VICTIMS)) {
    for (const query of [touched, untouched]) {
      const variables = query.includes('$id') ? { id } : {};
      expect((await ask(system.endpoint, query, { token, variables })).errors).toBeUndefined();
    }
  }
}, START_MILLISECONDS);
afterAll(async () => {
  await system.stop();
  process.stdout.write(`\nkill -9 of each service under ${PER_SECOND} queries a second:\n`);
  process.stdout.write(formatKills(observations));
});

describe.each(Object.entries(VICTIMS).slice(isFull ? 0 : 2, isFull ? 4 : 3))(
  '%s, killed under load,',
  (victim, queries) => {
    it(
      'costs no query that does not need it, and heals',
      async () => {
        const seen = await killUnderLoad({
          victim,
          perSecond: PER_SECOND,
          endpoint: system.endpoint,
          token,
          variables: { id },
          queries,
          kill: () => system.kill(victim),
        });
        observations.push(seen);
        expect(seen.untouched).toBeGreaterThan(PER_SECOND / 2);
        expect(seen.untouchedServed).toBe(seen.untouched);
        expect(seen.touchedFailed).toBeGreaterThan(0);
        expect(['SUBGRAPH_CIRCUIT_OPEN', 'SUBGRAPH_UNAVAILABLE']).toEqual(
          expect.arrayContaining([...seen.codes]),
        );
      },
      START_MILLISECONDS,
    );
  },
);
