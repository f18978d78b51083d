import { afterAll, describe, expect, it } from '@jest/globals';
import { ask, signIn } from '../harness/graphql.js';
import { makeDataFolder } from '../harness/launcher.js';

const data = makeDataFolder();
afterAll(() => data.remove());

const REGISTER = 'mutation ($input: RegisterInput!) { register(input: $input) { __typename } }';
const LOGIN = 'mutation ($input: LoginInput!) { login(input: $input) { __typename } }';
const person = { email: 'short@example.com', password: 'seven quiet lanterns' };
const PARTS = `{ users(first: 2, filter: { role: CUSTOMER }) { edges { node {
  email profile { id } payments(first: 1) { edges { node { id } } } auditTrail(first: 1) { edges { cursor } } } } } }`;

describe('up --topology shared', () => {
  it('serves all four services from one server', async () => {
    const launcher = data.up(['--port', '0', '--topology', 'shared']);
    const endpoint = `${await launcher.ready()}/graphql`;
    const databases = [...launcher.stdout().matchAll(/127\.0\.0\.1:(\d+\/\w+_db)/g)].map(
      ([, place]) => place,
    );
    expect(databases).toHaveLength(4);
    expect(new Set(databases).size).toBe(1);
    const token = await signIn(endpoint, 'admin@example.com');
    const answer = await ask(endpoint, PARTS, { token });
    expect(answer.errors).toBeUndefined();
    expect(answer.data.users.edges).toHaveLength(2);
    for (const { node } of answer.data.users.edges) {
      expect(node).toMatchObject({
        profile: { id: expect.any(String) },
        payments: { edges: expect.any(Array) },
        auditTrail: { edges: expect.any(Array) },
      });
    }
    const registered = await ask(endpoint, REGISTER, { variables: { input: { ...person, name: 'Short' } } });
    expect(registered.data.register.__typename).toBe('SignedIn');
    expect((await launcher.stop()).status).toBe(0);
  });
});

describe('up --reset', () => {
  it('begins anew with the demo data', async () => {
    const launcher = data.up(['--port', '0', '--topology', 'shared', '--reset']);
    const endpoint = `${await launcher.ready()}/graphql`;
    expect(launcher.stdout()).toContain('200 users, 2,000 payments');
    const { data: answer } = await ask(endpoint, LOGIN, { variables: { input: person } });
    expect(answer.login.__typename).toBe('InvalidCredentialsProblem');
    expect(await signIn(endpoint, 'customer@example.com')).toMatch(/^ey/);
    expect((await launcher.stop()).status).toBe(0);
  });
});
