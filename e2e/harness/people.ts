import { randomUUID } from 'node:crypto';
import { ask } from './graphql.js';

/** Somebody who has just registered. */
export interface Person {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly password: string;
  readonly token: string;
}

const PASSWORD = 'violet-harbor-42-lantern';

/** Opens an account through the router. */
export async function register(endpoint: string, name: string): Promise<Person> {
  const email = `${name.toLowerCase().replaceAll(/[^a-z]+/g, '.')}.${randomUUID().slice(0, 8)}@example.com`;
  const { data, errors } = await ask(
    endpoint,
    `mutation ($input: RegisterInput!) { register(input: $input) {
       ... on SignedIn { accessToken user { id } } ... on Problem { message } } }`,
    {
      variables: { input: { email, name, password: PASSWORD } },
      headers: { 'user-agent': `Browser of ${name}` },
    },
  );
  const signedIn = data?.register as { accessToken?: string; user?: { id: string } } | null;
  if (signedIn?.accessToken === undefined || signedIn.user === undefined) {
    throw new Error(`Registering ${email} failed: ${JSON.stringify({ data, errors })}`);
  }
  return { id: signedIn.user.id, email, name, password: PASSWORD, token: signedIn.accessToken };
}

/** Pays, and gives what the mutation answered. */
export async function pay(
  endpoint: string,
  token: string,
  input: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly __typename: string; readonly id?: string; readonly status?: string }> {
  const { data, errors } = await ask(
    endpoint,
    `mutation ($input: CreatePaymentInput!) { createPayment(input: $input) {
       __typename ... on Payment { id status } ... on Problem { message } } }`,
    {
      token,
      variables: {
        input: { amount: { amount: '12.50', currency: 'EUR' }, idempotencyKey: randomUUID(), ...input },
      },
    },
  );
  if (data?.createPayment === undefined || data.createPayment === null) {
    throw new Error(`Paying failed: ${JSON.stringify({ data, errors })}`);
  }
  return data.createPayment as never;
}
