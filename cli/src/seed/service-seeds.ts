import { createHash } from 'node:crypto';
import { hash } from '@node-rs/argon2';
import type { CopyRow } from './copy-text.js';
import { DEMO_PASSWORD } from './demo-logins.js';
import { paymentAt, payments, transitionId, type GeneratedPayment } from './generate/payments.js';
import { countPreferences, preferencesOf, profilesOf } from './generate/profiles.js';
import { users } from './generate/users.js';

/** How much is generated. */
export interface SeedSize {
  readonly users: number;
  readonly payments: number;
}

/** Rows for one table. */
export interface SeedTable {
  readonly name: string;
  readonly columns: ReadonlyArray<string>;
  /** How many rows there will be; a close guess where only generating them would tell. */
  readonly expectedRows: number;
  rows(): Iterable<CopyRow>;
}

/** Rows for one service's tables, in an order that foreign keys allow. */
export interface ServiceSeed {
  /** The service's name, which is the name of its PostgreSQL schema too. */
  readonly service: string;
  readonly tables: ReadonlyArray<SeedTable>;
}

/** OWASP's parameters for argon2id, as auth's own: algorithm 2 of the library's enumeration. */
const ARGON2ID = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** What to fill the services' tables with: the same rows for the same size. auth, whom the others refer to, is first. */
export async function makeServiceSeeds(size: SeedSize): Promise<ReadonlyArray<ServiceSeed>> {
  // Everybody has the one password that is public anyway: one hash serves all, and the salt may be fixed.
  const salt = createHash('sha256').update(DEMO_PASSWORD).digest().subarray(0, 16);
  const passwordHash = await hash(DEMO_PASSWORD, { ...ARGON2ID, salt });
  return [authSeed(size, passwordHash), profileSeed(size), paymentsSeed(size), adminSeed(size)];
}

function authSeed(size: SeedSize, passwordHash: string): ServiceSeed {
  const columns = ['id', 'email', 'password_hash', 'name', 'role', 'status', 'email_verified'];
  return {
    service: 'auth',
    tables: [
      {
        name: 'users',
        columns: [...columns, 'created_at', 'updated_at', 'version'],
        expectedRows: size.users,
        rows: () =>
          mapRows(users(size.users), (user) => [
            ...[user.id, user.email, passwordHash, user.name, user.role, user.status, user.emailVerified],
            ...[new Date(user.createdAt), new Date(user.updatedAt), user.version],
          ]),
      },
    ],
  };
}

function profileSeed(size: SeedSize): ServiceSeed {
  return {
    service: 'profile',
    tables: [
      {
        name: 'profiles',
        columns: [
          ...['id', 'user_id', 'handle', 'display_name', 'avatar_url', 'phone', 'address', 'bio'],
          ...['phone_visibility', 'bio_visibility', 'version', 'created_at', 'updated_at'],
        ],
        expectedRows: size.users,
        rows: () =>
          mapRows(profilesOf(size.users), (profile) => [
            ...[
              profile.id,
              profile.userId,
              profile.handle,
              profile.displayName,
              profile.avatarUrl,
              profile.phone,
            ],
            ...[
              profile.address,
              profile.bio,
              profile.phoneVisibility,
              profile.bioVisibility,
              profile.version,
            ],
            ...[new Date(profile.createdAt), new Date(profile.updatedAt)],
          ]),
      },
      {
        name: 'preferences',
        columns: [
          ...['profile_id', 'theme', 'locale', 'time_zone', 'currency'],
          ...['notify_email', 'notify_push', 'notify_sms'],
        ],
        expectedRows: countPreferences(size.users),
        rows: () =>
          mapRows(preferencesOf(size.users), (chosen) => [
            ...[chosen.profileId, chosen.theme, chosen.locale, chosen.timeZone, chosen.currency],
            ...[chosen.notifyEmail, chosen.notifyPush, chosen.notifySms],
          ]),
      },
    ],
  };
}

function paymentsSeed(size: SeedSize): ServiceSeed {
  return {
    service: 'payments',
    tables: [
      {
        name: 'payments',
        columns: [
          ...[
            'id',
            'user_id',
            'recipient_id',
            'amount',
            'currency',
            'status',
            'type',
            'description',
            'metadata',
          ],
          ...['scheduled_for', 'provider_reference', 'failure_reason', 'idempotency_key'],
          ...['created_at', 'updated_at', 'completed_at', 'version'],
        ],
        expectedRows: size.payments,
        rows: () => mapRows(payments(size.payments, size.users), paymentRow),
      },
      {
        name: 'payment_transitions',
        columns: ['id', 'payment_id', 'from_status', 'to_status', 'reason', 'occurred_at'],
        expectedRows: guessTransitions(size),
        rows: () => transitionRows(size),
      },
      // What no event tells of is in the replicas too, as if it had been told long ago.
      {
        name: 'payers',
        columns: ['id', 'email', 'name', 'status', 'version'],
        expectedRows: size.users,
        rows: () =>
          mapRows(users(size.users), ({ id, email, name, status, version }) => [
            id,
            email,
            name,
            status,
            version,
          ]),
      },
    ],
  };
}

function adminSeed(size: SeedSize): ServiceSeed {
  return {
    service: 'admin',
    tables: [
      {
        name: 'users',
        columns: ['id', 'email', 'name', 'role', 'status', 'version'],
        expectedRows: size.users,
        rows: () =>
          mapRows(users(size.users), (user) => [
            ...[user.id, user.email, user.name, user.role, user.status, user.version],
          ]),
      },
    ],
  };
}

function paymentRow(payment: GeneratedPayment): CopyRow {
  return [
    ...[payment.id, payment.userId, payment.recipientId, payment.amount, payment.currency, payment.status],
    ...[
      payment.type,
      payment.description,
      payment.metadata === null ? null : JSON.stringify(payment.metadata),
    ],
    ...[
      moment(payment.scheduledFor),
      payment.providerReference,
      payment.failureReason,
      payment.idempotencyKey,
    ],
    ...[
      new Date(payment.createdAt),
      new Date(payment.updatedAt),
      moment(payment.completedAt),
      payment.version,
    ],
  ];
}

function* transitionRows(size: SeedSize): Generator<CopyRow> {
  for (const payment of payments(size.payments, size.users)) {
    for (const [number, { from, to, reason, occurredAt }] of payment.steps.entries()) {
      yield [transitionId(payment, number), payment.id, from, to, reason, new Date(occurredAt)];
    }
  }
}

/** From the journeys of payments that lie evenly among all. */
function guessTransitions({ payments: count, users: userCount }: SeedSize): number {
  const samples = Math.min(count, 500);
  let steps = 0;
  for (let sample = 0; sample < samples; sample += 1) {
    const index = Math.floor((sample * count) / samples);
    steps += paymentAt({ index, count, userCount }).steps.length;
  }
  return samples === 0 ? 0 : Math.round((steps * count) / samples);
}

function moment(milliseconds: number | null): Date | null {
  return milliseconds === null ? null : new Date(milliseconds);
}

function* mapRows<Item>(items: Iterable<Item>, toRow: (item: Item) => CopyRow): Generator<CopyRow> {
  for (const item of items) {
    yield toRow(item);
  }
}
