import { randomUUID } from 'node:crypto';
import {
  createClient,
  CreatePaymentDocument,
  MyProfileDocument,
  UpdateProfileDocument,
  type Client,
} from '@supergraph/schema/client';
import { parse, type DocumentNode } from 'graphql';
import type { TrafficPerson } from './people.js';
import { failureOf, RequestFailure } from './request-failure.js';

/** A document whose answer has a known shape. */
type Document<Data, Variables> = DocumentNode & { readonly __apiType?: (variables: Variables) => Data };

const overviewDocument = parse(`
  query Overview($first: Int!) {
    me { id name email profile { bio } payments(first: $first) { edges { node { id status user { name } } } } }
  }`) as Document<
  {
    readonly me: { readonly email: string; readonly profile: { readonly bio: string | null } | null } | null;
  },
  { readonly first: number }
>;
const oversightDocument = parse(`
  query Oversight {
    users(first: 2) { edges { node { name profile { handle } payments(first: 1) { edges { node { id } } } } } }
    setting(key: "registration.open") { value }
  }`) as Document<
  {
    readonly users: { readonly edges: ReadonlyArray<unknown> } | null;
    readonly setting: { readonly value: unknown } | null;
  },
  Record<string, never>
>;

/** The services behind the requests of each kind. */
export const ASKED = {
  register: ['auth'],
  oversee: ['auth', 'profile', 'payments', 'admin'],
  pay: ['payments'],
  change: ['profile'],
  read: ['auth', 'profile', 'payments'],
} as const satisfies Readonly<Record<string, ReadonlyArray<string>>>;

function clientOf(endpoint: string, token: string): Client {
  // Longer than a hold of a cut-over takes; a client that gives up does not learn what became of its write.
  return createClient({ url: endpoint, token, timeoutMilliseconds: 60_000 });
}

/**
 * Pays any amount.
 *
 * @throws {RequestFailure} when it was not acknowledged
 */
export async function payOnce(
  endpoint: string,
  { token }: TrafficPerson,
): Promise<{ readonly id: string; readonly amount: string; readonly key: string }> {
  const amount = (1 + Math.floor(Math.random() * 10_000) / 100).toFixed(2);
  const key = randomUUID();
  const answer = await clientOf(endpoint, token).execute(CreatePaymentDocument, {
    input: { amount: { amount, currency: 'EUR' }, idempotencyKey: key },
  });
  const made = answer.data?.createPayment;
  if (made?.__typename !== 'Payment') throw failureOf('paying', ASKED.pay, answer);
  return { id: made.id, amount, key };
}

/** @returns the version of somebody's profile, undefined while there is none to be had */
export async function readProfileVersion(
  endpoint: string,
  { token }: TrafficPerson,
): Promise<number | undefined> {
  const { data } = await clientOf(endpoint, token).execute(MyProfileDocument);
  return data?.myProfile?.version;
}

/**
 * Writes a new text into somebody's profile.
 *
 * @param version as it was read last
 * @throws {RequestFailure} when it was not acknowledged
 */
export async function changeProfile(
  endpoint: string,
  { token }: TrafficPerson,
  version: number,
): Promise<{ readonly version: number; readonly bio: string }> {
  const bio = `As of ${randomUUID()}`;
  const answer = await clientOf(endpoint, token).execute(UpdateProfileDocument, {
    input: { expectedVersion: version, bio },
  });
  const changed = answer.data?.updateProfile;
  if (changed?.__typename !== 'Profile' || changed.bio !== bio) {
    throw failureOf('changing a profile', ASKED.change, answer);
  }
  return { version: changed.version, bio };
}

/** Asks all four services at once, as an administrator. */
export async function oversee(endpoint: string, token: string): Promise<void> {
  const answer = await clientOf(endpoint, token).execute(oversightDocument);
  const isWhole = answer.data?.users?.edges.length === 2 && answer.data.setting?.value !== undefined;
  if (answer.errors.length > 0 || !isWhole) throw failureOf('administering', ASKED.oversee, answer);
}

let reads = 0;

/**
 * Asks the services that a customer may ask; what was written before must be there.
 *
 * @param acknowledgedBio the last text that is known to be written; undefined while it is being changed
 * @throws {RequestFailure}
 */
export async function readOverview(
  endpoint: string,
  person: TrafficPerson,
  acknowledgedBio: () => string | undefined,
): Promise<void> {
  const before = acknowledgedBio();
  // No two at a time alike: of those the router answers one with what it asks for the other, begun before a write.
  const answer = await clientOf(endpoint, person.token).execute(overviewDocument, {
    first: 1 + (reads++ % 100),
  });
  const me = answer.data?.me;
  if (answer.errors.length > 0 || me?.email !== person.email) throw failureOf('reading', ASKED.read, answer);
  const found = me.profile?.bio;
  // Unless it was changed while it was read.
  if (before !== undefined && before === acknowledgedBio() && found !== before) {
    throw new RequestFailure(
      `reading: the profile says "${String(found)}", and "${before}" was acknowledged before`,
      ASKED.read,
      ['profile'],
    );
  }
}
