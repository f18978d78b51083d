import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ask, signIn, type Answer } from '../harness/graphql.js';
import { startSystemUnderTest, type SystemUnderTest } from '../harness/system.js';

const QUERY = `query ($id: ID!) { user(id: $id) {
  id email profile { displayName } payments(first: 1) { edges { node { id } } } auditTrail(first: 1) { edges { cursor } } } }`;
/** What of the query each service answers. */
const PARTS: Readonly<Record<string, string>> = {
  profile: 'profile',
  payments: 'payments',
  admin: 'auditTrail',
};

let system: SystemUnderTest;
let token: string;
let id: string;
beforeAll(async () => {
  system = await startSystemUnderTest();
  token = await signIn(system.endpoint, 'admin@example.com');
  id =
    (
      await system.query<{ id: string }>('auth', "SELECT id FROM users WHERE email = 'customer@example.com'")
    )[0]?.id ?? '';
});
afterAll(() => system.stop());

const query = (): Promise<Answer> => ask(system.endpoint, QUERY, { token, variables: { id } });

async function untilWhole(): Promise<Answer> {
  const end = Date.now() + 40_000;
  for (;;) {
    const answer = await query();
    if (answer.errors === undefined || Date.now() > end) {
      return answer;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Asks until the failure shows; the launcher may have healed it before anybody looked. */
async function whileBroken(): Promise<Answer[]> {
  const broken: Answer[] = [];
  for (let attempt = 0; attempt < 40; attempt += 1) {
    const answer = await query();
    if (answer.errors !== undefined) {
      broken.push(answer);
    } else if (broken.length > 0) {
      break;
    }
  }
  return broken;
}

function expectOnlyItsOwnPartFailed(answer: Answer, service: string): void {
  const part = PARTS[service] ?? '';
  expect(answer.status).toBe(200);
  expect(answer.data.user).toMatchObject({ id, email: 'customer@example.com', [part]: null });
  for (const [other, field] of Object.entries(PARTS)) {
    if (other !== service) {
      expect(answer.data.user[field]).not.toBeNull();
    }
  }
  expect(answer.errors).toHaveLength(1);
  expect(answer.errors?.[0]).toMatchObject({
    path: ['user', part],
    extensions: { service, traceId: expect.stringMatching(/^[0-9a-f]{32}$/), code: expect.any(String) },
  });
}

describe.each(Object.keys(PARTS))('%s', (service) => {
  it('killed costs its own fields only, and heals by itself', async () => {
    expect((await untilWhole()).errors).toBeUndefined();
    const running = system.system.services.find((candidate) => candidate.service.name === service);
    process.kill(running?.process.processId() ?? 0, 'SIGKILL');
    const broken = await whileBroken();
    expect(broken.length).toBeGreaterThan(0);
    broken.forEach((answer) => expectOnlyItsOwnPartFailed(answer, service));
    expect((await untilWhole()).errors).toBeUndefined();
  });

  it('whose PostgreSQL is killed costs its own fields only, and heals by itself', async () => {
    expect((await untilWhole()).errors).toBeUndefined();
    const server = system.system.servers.find(({ name }) => name === service);
    process.kill(server?.server().processId ?? 0, 'SIGKILL');
    const broken = await whileBroken();
    expect(broken.length).toBeGreaterThan(0);
    broken.forEach((answer) => {
      expectOnlyItsOwnPartFailed(answer, service);
      expect(answer.errors?.[0]?.extensions.code).toBe('DATABASE_UNAVAILABLE');
    });
    expect((await untilWhole()).errors).toBeUndefined();
  });
});

describe('auth', () => {
  it('killed costs what starts at it, and lets the others answer those who are signed in', async () => {
    expect((await untilWhole()).errors).toBeUndefined();
    const running = system.system.services.find((candidate) => candidate.service.name === 'auth');
    process.kill(running?.process.processId() ?? 0, 'SIGKILL');
    const answer = await ask(
      system.endpoint,
      '{ me { id } payments(first: 1) { edges { node { id } } } settings { key } }',
      {
        token,
      },
    );
    expect(answer.data).toMatchObject({ me: null, payments: { edges: [{}] }, settings: expect.any(Array) });
    expect(answer.errors).toHaveLength(1);
    expect(answer.errors?.[0]).toMatchObject({
      path: ['me'],
      extensions: { code: 'SUBGRAPH_UNAVAILABLE', service: 'auth' },
    });
    expect((await untilWhole()).errors).toBeUndefined();
  });
});
