import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../harness/eventually.js';
import { ask, signIn } from '../harness/graphql.js';
import { pay, register } from '../harness/people.js';
import { startSystemUnderTest, type SystemUnderTest } from '../harness/system.js';

let system: SystemUnderTest;
let admin: string;

beforeAll(async () => {
  system = await startSystemUnderTest();
  admin = await signIn(system.endpoint, 'admin@example.com');
});
afterAll(() => system.stop());

const administer = (mutation: 'suspendUser' | 'reinstateUser', userId: string) =>
  ask(
    system.endpoint,
    `mutation ($userId: ID!) { ${mutation}(input: { userId: $userId }) { __typename ... on Problem { message } } }`,
    { token: admin, variables: { userId } },
  );
const payerOf = async (userId: string) =>
  (
    await system.query<{ status: string }>('payments', 'SELECT status::text FROM payers WHERE id = $1', [
      userId,
    ])
  )[0];

describe('somebody who has just registered', () => {
  it('pays in the same second', async () => {
    const person = await register(system.endpoint, 'Quick Payer');
    const begin = Date.now();
    expect((await pay(system.endpoint, person.token)).__typename).toBe('Payment');
    process.stdout.write(`\nregistered, and paid ${Date.now() - begin} ms later\n`);
    await eventually(
      'payments knows the payer',
      () => payerOf(person.id),
      (row) => row?.status === 'ACTIVE',
    );
  });
});

describe('suspending a user', () => {
  it('ends live tokens at the router, and payments refuses', async () => {
    const person = await register(system.endpoint, 'Late Payer');
    const me = () => ask(system.endpoint, '{ me { id } }', { token: person.token });
    expect((await me()).data).toEqual({ me: { id: person.id } });
    const begin = Date.now();
    expect((await administer('suspendUser', person.id)).data).toEqual({
      suspendUser: { __typename: 'UserChanged' },
    });
    const refused = await eventually('the router refuses the token', me, ({ status }) => status === 401);
    process.stdout.write(`\nsuspended, and refused by the router ${Date.now() - begin} ms later\n`);
    expect(refused.errors?.[0]?.extensions.code).toBe('TOKEN_INVALID');
    await eventually(
      'payments knows',
      () => payerOf(person.id),
      (row) => row?.status === 'SUSPENDED',
    );
    await expect(signIn(system.endpoint, person.email, person.password)).rejects.toThrow(/failed/);
  });

  it('is undone by reinstating: a new sign-in pays again, the old token stays dead', async () => {
    const person = await register(system.endpoint, 'Forgiven Payer');
    await administer('suspendUser', person.id);
    await administer('reinstateUser', person.id);
    const token = await signIn(system.endpoint, person.email, person.password);
    await eventually(
      'payments knows',
      () => payerOf(person.id),
      (row) => row?.status === 'ACTIVE',
    );
    expect((await pay(system.endpoint, token)).__typename).toBe('Payment');
    await eventually(
      'the old token is refused',
      () => ask(system.endpoint, '{ me { id } }', { token: person.token }),
      ({ status }) => status === 401,
    );
  });

  it('is known to a router that starts afterwards', async () => {
    const person = await register(system.endpoint, 'Early Bird');
    await administer('suspendUser', person.id);
    system.kill('router');
    const { status } = await eventually(
      'the new router answers',
      () => ask(system.endpoint, '{ me { id } }', { token: person.token }).catch(() => ({ status: 0 })),
      (answer) => answer.status === 401,
    );
    expect(status).toBe(401);
    expect((await ask(system.endpoint, '{ me { id } }', { token: admin })).status).toBe(200);
  });

  it('reaches the audit log, with who did it', async () => {
    const person = await register(system.endpoint, 'Noted Person');
    await administer('suspendUser', person.id);
    const entries = await eventually(
      'the audit log has it',
      async () =>
        (
          await ask(
            system.endpoint,
            `query ($filter: AuditEntryFilter) { auditEntries(filter: $filter) { edges { node { action actor { id } } } } }`,
            { token: admin, variables: { filter: { resourceId: person.id } } },
          )
        ).data?.auditEntries?.edges as ReadonlyArray<{
          node: { action: string; actor: { id: string } | null };
        }>,
      (edges) => edges?.some(({ node }) => node.action.includes('suspended')) ?? false,
    );
    const [me] = await system.query<{ id: string }>(
      'auth',
      `SELECT id FROM users WHERE email = 'admin@example.com'`,
    );
    expect(entries.find(({ node }) => node.action.includes('suspended'))?.node.actor?.id).toBe(me?.id);
  });
});
