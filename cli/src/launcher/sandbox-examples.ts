import { DEMO_LOGINS, DEMO_PASSWORD } from '../seed/demo-logins.js';
import { DEMO_SIZE } from '../seed/demo.js';
import { userIdOf } from '../seed/generate/members.js';
import { paymentAt } from '../seed/generate/payments.js';

/** What helps to run a saved operation on the demo data. */
export interface OperationExample {
  readonly description: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

const customer = DEMO_LOGINS.findIndex(({ role }) => role === 'CUSTOMER');
const input = (fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => ({
  input: fields,
});

/** By operation, in the order in which the sandbox offers them: what shows most comes first. */
export const OPERATION_EXAMPLES: Readonly<Record<string, OperationExample>> = {
  UserOverview: {
    description: 'One user out of all four services. Whole for an admin.',
    variables: { id: userIdOf(customer), payments: 3, auditEntries: 3 },
  },
  Viewer: { description: 'Who you are signed in as.' },
  MyPayments: { description: 'What you paid and were paid, a page at a time.', variables: { first: 5 } },
  PaymentDetails: {
    description: 'One payment with all that happened to it. For its parties and an admin.',
    variables: { id: paymentAt({ index: 0, count: DEMO_SIZE.payments, userCount: DEMO_SIZE.users }).id },
  },
  CreatePayment: {
    description: 'Pays. Sent again with the same key it gives the same payment.',
    variables: input({
      amount: { amount: '12.50', currency: 'EUR' },
      recipientId: userIdOf(DEMO_LOGINS.findIndex(({ role }) => role === 'VENDOR')),
      description: 'Two tickets',
      idempotencyKey: 'sandbox-1',
    }),
  },
  CancelPayment: {
    description: 'Takes back a payment that has not begun. Put the id of one of yours.',
    variables: input({ paymentId: '', reason: 'Changed my mind' }),
  },
  MyProfile: { description: 'Your profile with its preferences.' },
  UpdateProfile: {
    description: 'Writes over the version that you read, and no other.',
    variables: input({ bio: 'Grows tomatoes.', expectedVersion: 1 }),
  },
  UpdatePreferences: {
    description: 'How the application looks and what it tells you.',
    variables: input({ theme: 'DARK', expectedVersion: 1 }),
  },
  UserDirectory: {
    description: 'All users, a page at a time. For an admin.',
    variables: { first: 10, filter: { role: 'VENDOR' } },
  },
  AuditLog: { description: 'Who did what. For an admin.', variables: { first: 10 } },
  Settings: { description: 'All settings. For an admin.' },
  UpdateSetting: {
    description: 'Changes one setting, and leaves an audit entry. For an admin.',
    variables: input({ key: 'registration.open', value: false, expectedVersion: 1 }),
  },
  Register: {
    description: 'Makes an account, and signs in.',
    variables: input({ email: 'new@example.com', password: 'seven quiet lanterns', name: 'New' }),
  },
  Login: {
    description: 'Signs in with e-mail and password.',
    variables: input({ email: DEMO_LOGINS[customer]?.email, password: DEMO_PASSWORD }),
  },
  RefreshSession: {
    description: 'Trades a refresh token for new tokens.',
    variables: input({ refreshToken: '' }),
  },
  MySessions: { description: 'Where you are signed in.' },
  ExportMyData: { description: 'All that the services hold of you, a page of payments at a time.' },
  Logout: { description: 'Ends the session of the token in use.', variables: input({}) },
};
