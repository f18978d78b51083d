import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  insertPayments,
  startPaymentsFixture,
  type PaymentsFixture,
  type Person,
} from './test-support/payments-fixture.js';

const PARTIES = 'user { id name } recipient { id name }';
let fixture: PaymentsFixture;
let payer: Person;
let recipient: Person;
let stranger: Person;
let paymentId: string;

beforeAll(async () => {
  fixture = await startPaymentsFixture();
  [payer, recipient, stranger] = await Promise.all([
    fixture.person({ name: 'Pia Payer' }),
    fixture.person({ name: 'Rey Recipient' }),
    fixture.person({ name: 'Sam Stranger' }),
  ]);
  [paymentId] = (await insertPayments(fixture.database, [{ payer: payer.id, recipient: recipient.id }])) as [
    string,
  ];
});
afterAll(() => fixture.stop());

const payment = (token: string) =>
  fixture.client.query(`query ($id: ID!) { payment(id: $id) { id ${PARTIES} } }`, {
    variables: { id: paymentId },
    token,
  });

describe('User.name', () => {
  it('shows each party the other’s name, and ADMIN both', async () => {
    const admin = await fixture.person({ role: 'ADMIN' });
    for (const { token } of [payer, recipient, admin]) {
      expect((await payment(token)).data.payment).toEqual({
        id: paymentId,
        user: { id: payer.id, name: 'Pia Payer' },
        recipient: { id: recipient.id, name: 'Rey Recipient' },
      });
    }
  });

  it('shows a stranger neither payment nor name', async () => {
    fixture.auth.questions.length = 0;
    expect((await payment(stranger.token)).data.payment).toBeNull();
    const { data } = await fixture.client.entities(
      [{ __typename: 'Payment', id: paymentId }],
      `... on Payment { ${PARTIES} }`,
      stranger.token,
    );
    expect(data._entities).toEqual([null]);
    expect(fixture.auth.questions).toEqual([]);
  });

  it('is null for a user who was not reached through a payment, whoever asks and however', async () => {
    fixture.auth.questions.length = 0;
    const admin = await fixture.person({ role: 'ADMIN' });
    const representations = [payer, recipient].flatMap(({ id }) => [
      { __typename: 'User', id },
      { __typename: 'User', id, reachedAs: 'party', name: 'x' },
    ]);
    for (const { token } of [payer, stranger, admin]) {
      const { data } = await fixture.client.entities(representations, '... on User { name }', token);
      expect(data._entities).toEqual(Array(4).fill({ __typename: 'User', name: null }));
    }
    expect(fixture.auth.questions).toEqual([]);
  });

  it('asks auth once for all names that payments does not know, and no more for those that it does', async () => {
    const payers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => fixture.person({ name: `Payer ${index}` })),
    );
    const { id, token } = await fixture.person({ name: 'Shop' });
    await insertPayments(
      fixture.database,
      payers.flatMap((person) => [
        { payer: person.id, recipient: id },
        { payer: person.id, recipient: id },
      ]),
    );
    fixture.auth.questions.length = 0;
    const ask = () =>
      fixture.client.query(`{ payments(first: 100) { edges { node { ${PARTIES} } } } }`, { token });
    const { data, sqlStatements } = await ask();
    const names = data.payments.edges.map(
      (edge: { node: { user: { name: string } } }) => edge.node.user.name,
    );
    expect(new Set(names)).toEqual(new Set(payers.map(({ name }) => name)));
    expect(names).toHaveLength(40);
    expect(fixture.auth.questions).toEqual([21]);
    // The page, the parties looked for, those of auth kept.
    expect(sqlStatements).toBe(3);
    const again = await ask();
    expect(again.data).toEqual(data);
    expect(again.sqlStatements).toBe(2);
    expect(fixture.auth.questions).toEqual([21]);
  });

  it('is null for a party that auth does not know', async () => {
    const [id] = await insertPayments(fixture.database, [{ payer: payer.id, recipient: randomUUID() }]);
    const { data, errors } = await fixture.client.query(
      'query ($id: ID!) { payment(id: $id) { recipient { name } } }',
      {
        variables: { id },
        token: payer.token,
      },
    );
    expect(errors).toBeUndefined();
    expect(data.payment).toEqual({ recipient: { name: null } });
  });

  it('is there while auth is away of whom payments knows, and costs only itself otherwise', async () => {
    const [payer, recipient] = await Promise.all([fixture.person(), fixture.person({ name: 'Nia New' })]);
    const [paymentId] = await insertPayments(fixture.database, [
      { payer: payer.id, recipient: recipient.id },
    ]);
    const payment = (token: string) =>
      fixture.client.query(`query ($id: ID!) { payment(id: $id) { id ${PARTIES} } }`, {
        variables: { id: paymentId },
        token,
      });
    await fixture.database.query(
      `INSERT INTO payers (id, name, status, version) VALUES ($1, 'Kay Known', 'ACTIVE', 1)`,
      [payer.id],
    );
    await fixture.auth.stop();
    try {
      const { data, errors } = await payment(payer.token);
      expect(data.payment).toEqual({
        id: paymentId,
        user: { id: payer.id, name: 'Kay Known' },
        recipient: { id: recipient.id, name: null },
      });
      expect(errors).toHaveLength(1);
      for (const { extensions, message } of errors ?? []) {
        expect(extensions).toMatchObject({
          code: 'DEPENDENCY_UNAVAILABLE',
          dependency: 'auth',
          service: 'payments',
        });
        expect(JSON.stringify([extensions, message])).not.toMatch(/ECONNREFUSED|127\.0\.0\.1/);
      }
    } finally {
      await fixture.auth.start();
    }
    expect((await payment(payer.token)).errors).toBeUndefined();
  });
});

describe('the payments subgraph', () => {
  it('refuses whoever does not prove to be a caller, and bad tokens', async () => {
    const ask = (headers: Record<string, string>) =>
      fetch(`${fixture.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query: '{ payments { edges { cursor } } }' }),
      }).then((response) => response.json() as Promise<{ errors: { extensions: { code: string } }[] }>);
    const router = { 'x-supergraph-caller': 'router', 'x-supergraph-secret': fixture.secret };
    const codes = [
      await ask({}),
      await ask({ ...router, 'x-supergraph-secret': 'wrong' }),
      await ask({ ...router, authorization: 'Bearer a.b.c' }),
    ].map(({ errors }) => errors[0]?.extensions.code);
    expect(codes).toEqual(['CALLER_REFUSED', 'CALLER_REFUSED', 'TOKEN_INVALID']);
  });

  it('is ready without auth', async () => {
    await fixture.auth.stop();
    try {
      expect((await fetch(`${fixture.url}/health/ready`)).status).toBe(200);
    } finally {
      await fixture.auth.start();
    }
  });
});
