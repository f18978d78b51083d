import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ask, signIn, type Answer } from '../harness/graphql.js';
import { startSystemUnderTest, type SystemUnderTest } from '../harness/system.js';

const QUERY = `query ($id: ID!) { user(id: $id) {
  id email profile { displayName } payments(first: 1) { edges { node { id } } } auditTrail(first: 1) { edges { cursor } } } }`;
/** Which field of the query each service answers; auth answers what all of them hang on. */
const PARTS: Readonly<Record<string, string>> = {
  auth: 'user',
  profile: 'profile',
  payments: 'payments',
  admin: 'auditTrail',
};
const PAUSE_MILLISECONDS = 100;
const PATIENCE_MILLISECONDS = 60_000;

interface Observation {
  readonly victim: string;
  readonly asked: number;
  readonly failed: number;
  readonly healedAfterMilliseconds: number;
  readonly slowestMilliseconds: number;
}

let system: SystemUnderTest;
let token: string;
let id: string;
const observations: Observation[] = [];

beforeAll(async () => {
  // What the router keeps would hide for how long a part is away.
  system = await startSystemUnderTest({ environment: { ROUTER_ENTITY_CACHE_BYTES: '0' } });
  token = await signIn(system.endpoint, 'admin@example.com');
  const users = await system.query<{ id: string }>(
    'auth',
    "SELECT id FROM users WHERE email = 'customer@example.com'",
  );
  id = users[0]?.id ?? '';
});
afterAll(async () => {
  await system.stop();
  process.stdout.write(
    `\nA query over all four services every ${PAUSE_MILLISECONDS} ms while one thing is killed (kill -9):\n`,
  );
  process.stdout.write(formatTable(observations));
});

const query = (): Promise<Answer> => ask(system.endpoint, QUERY, { token, variables: { id } });

/** Kills, and asks every 100 ms until ten answers in a row are whole again. */
async function observe(victim: string, kill: () => void): Promise<ReadonlyArray<Answer>> {
  expect((await query()).errors).toBeUndefined();
  const answers: Answer[] = [];
  const begin = Date.now();
  let slowest = 0;
  let lastFailure = begin;
  kill();
  for (let whole = 0; whole < 10 && Date.now() - begin < PATIENCE_MILLISECONDS;) {
    const asked = Date.now();
    const answer = await query();
    slowest = Math.max(slowest, Date.now() - asked);
    answers.push(answer);
    whole = answer.errors === undefined ? whole + 1 : 0;
    lastFailure = answer.errors === undefined ? lastFailure : Date.now();
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
  }
  const failed = answers.filter(({ errors }) => errors !== undefined);
  observations.push({
    victim,
    asked: answers.length,
    failed: failed.length,
    healedAfterMilliseconds: lastFailure - begin,
    slowestMilliseconds: slowest,
  });
  expect(answers.at(-1)?.errors).toBeUndefined();
  return failed;
}

/** The rest of the answer is there, and each field that is not has one error that names the service. */
function expectOnlyItsOwnPartFailed(answer: Answer, service: string): void {
  const part = PARTS[service] ?? '';
  expect(answer.status).toBe(200);
  expect(answer.errors).toHaveLength(1);
  expect(answer.errors?.[0]).toMatchObject({
    path: service === 'auth' ? ['user'] : ['user', part],
    extensions: { service, traceId: expect.stringMatching(/^[0-9a-f]{32}$/), code: expect.any(String) },
  });
  if (service === 'auth') {
    expect(answer.data).toEqual({ user: null });
    return;
  }
  for (const [other, field] of Object.entries(PARTS).filter(([name]) => name !== 'auth')) {
    if (other === service) {
      expect(answer.data.user[field]).toBeNull();
    } else {
      expect(answer.data.user[field]).not.toBeNull();
    }
  }
  expect(answer.data.user.email).toBe('customer@example.com');
}

describe.each(Object.keys(PARTS))('%s', (service) => {
  it('killed costs its own fields only, and heals by itself', async () => {
    const running = system.system.services.find((candidate) => candidate.service.name === service);
    const failed = await observe(`service ${service}`, () =>
      process.kill(running?.process.processId() ?? 0, 'SIGKILL'),
    );
    expect(failed.length).toBeGreaterThan(0);
    failed.forEach((answer) => {
      expectOnlyItsOwnPartFailed(answer, service);
      // The second when it has failed so often that it is not asked until it is back.
      expect(['SUBGRAPH_UNAVAILABLE', 'SUBGRAPH_CIRCUIT_OPEN']).toContain(
        answer.errors?.[0]?.extensions.code,
      );
    });
  });

  it('whose PostgreSQL is killed costs its own fields only, and heals by itself', async () => {
    const server = system.system.servers.find(({ name }) => name === service);
    const failed = await observe(`PostgreSQL of ${service}`, () =>
      process.kill(server?.server().processId ?? 0, 'SIGKILL'),
    );
    expect(failed.length).toBeGreaterThan(0);
    failed.forEach((answer) => {
      expectOnlyItsOwnPartFailed(answer, service);
      expect(answer.errors?.[0]?.extensions.code).toBe('DATABASE_UNAVAILABLE');
    });
  });
});

it('a query that does not need auth is answered whole while auth is down', async () => {
  const running = system.system.services.find((candidate) => candidate.service.name === 'auth');
  process.kill(running?.process.processId() ?? 0, 'SIGKILL');
  const answer = await ask(
    system.endpoint,
    '{ payments(first: 1) { edges { node { status } } } settings { key } }',
    { token },
  );
  expect(answer.errors).toBeUndefined();
  expect(answer.data).toMatchObject({ payments: { edges: [{}] }, settings: expect.any(Array) });
});

function formatTable(rows: ReadonlyArray<Observation>): string {
  const head = ['killed', 'asked', 'partly failed', 'last failure after', 'slowest answer'];
  const cells = rows.map((row) => [
    row.victim,
    String(row.asked),
    String(row.failed),
    `${row.healedAfterMilliseconds} ms`,
    `${row.slowestMilliseconds} ms`,
  ]);
  const widths = head.map((title, column) =>
    Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  return [head, ...cells]
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  '),
    )
    .join('\n')
    .concat('\n');
}
