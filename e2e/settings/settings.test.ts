import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../harness/eventually.js';
import { ask, signIn } from '../harness/graphql.js';
import { pay, register, type Person } from '../harness/people.js';
import { changeSetting } from '../harness/settings.js';
import { startSystemUnderTest, type SystemUnderTest } from '../harness/system.js';

let system: SystemUnderTest;
let admin: string;
let payer: Person;

beforeAll(async () => {
  system = await startSystemUnderTest();
  admin = await signIn(system.endpoint, 'admin@example.com');
  payer = await register(system.endpoint, 'Settled Payer');
});
afterAll(() => system.stop());

/** Changes a setting, and waits until a service does what is expected by it. */
async function change(
  key: string,
  value: unknown,
  what: string,
  attempt: () => Promise<string>,
  expected: string,
): Promise<void> {
  await changeSetting(system.endpoint, admin, key, value);
  const begin = Date.now();
  await eventually(what, attempt, (answer) => answer === expected);
  process.stdout.write(`\n${key} is ${JSON.stringify(value)}, obeyed ${Date.now() - begin} ms later\n`);
}
async function createPayment(amount: string, currency: string): Promise<string> {
  return (await pay(system.endpoint, payer.token, { amount: { amount, currency } })).__typename;
}
async function tryToRegister(): Promise<string> {
  const email = `settings.${process.hrtime.bigint()}@example.com`;
  const { data } = await ask(
    system.endpoint,
    'mutation ($input: RegisterInput!) { register(input: $input) { __typename } }',
    { variables: { input: { email, name: 'Late', password: 'violet-harbor-42-lantern' } } },
  );
  return data?.register.__typename as string;
}

describe('a setting that an administrator changes', () => {
  it('stops new payments, and lets them in again', async () => {
    const payOne = () => createPayment('1', 'EUR');
    expect(await payOne()).toBe('Payment');
    await change('payments.enabled', false, 'payments stop', payOne, 'PaymentsDisabledProblem');
    await change('payments.enabled', true, 'payments go on', payOne, 'Payment');
  });

  it('says in which currencies is paid', async () => {
    const payYen = () => createPayment('100', 'JPY');
    await change('payments.currencies', ['EUR'], 'yen are refused', payYen, 'CurrencyNotAcceptedProblem');
    await change('payments.currencies', ['EUR', 'JPY'], 'yen are taken', payYen, 'Payment');
  });

  it('says how much may be paid in a day', async () => {
    const payMuch = () => createPayment('900', 'EUR');
    await change('payments.daily_limit', 500, 'much is refused', payMuch, 'DailyLimitReachedProblem');
    await change('payments.daily_limit', 10_000, 'much is taken', payMuch, 'Payment');
  });

  it('closes registration, and opens it again', async () => {
    await change('registration.open', false, 'nobody registers', tryToRegister, 'RegistrationClosedProblem');
    await change('registration.open', true, 'people register', tryToRegister, 'SignedIn');
  });
});
