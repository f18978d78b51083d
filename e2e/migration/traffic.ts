import { randomUUID } from 'node:crypto';
import { ask, signIn } from '../harness/graphql.js';
import { register, type Person } from '../harness/people.js';
import type { Timeline } from './timeline.js';

/** What the system acknowledged, to be looked for in the tables at the end. */
export interface AcknowledgedWrites {
  /** By their ids. */
  readonly people: Map<string, Pick<Person, 'email' | 'name'>>;
  readonly payments: Map<string, { readonly payer: string; readonly amount: string; readonly key: string }>;
  /** The last one acknowledged, by the user's id. */
  readonly bios: Map<string, string>;
}

/** Clients that ask the graph at a steady rate, whatever becomes of the databases behind it. */
export interface Traffic {
  readonly acknowledged: AcknowledgedWrites;
  /** What was refused, failed, or answered with something else than was written before. */
  readonly failures: ReadonlyArray<string>;
  readonly requests: () => number;
  /** Ends when every request that was sent has been answered. */
  stop(): Promise<void>;
}

const PEOPLE = 12;
/** Which part of all requests does what, each up to this bound; the rest reads. */
const SHARES = { register: 0.02, administer: 0.07, pay: 0.32, profile: 0.42 } as const;
/** When so many wait for an answer no more are sent: the machine is at its end, and the rate is what it is. */
const MOST_WAITING = 48;

/**
 * Registers some people and lets them read, pay, change their profiles and bring new ones.
 *
 * @param options.perSecond requests a second
 */
export async function startTraffic(options: {
  readonly endpoint: string;
  readonly perSecond: number;
  readonly timeline: Timeline;
}): Promise<Traffic> {
  const { endpoint, timeline } = options;
  const acknowledged: AcknowledgedWrites = { people: new Map(), payments: new Map(), bios: new Map() };
  const failures: string[] = [];
  const bring = async (name: string): Promise<Person> => {
    const person = await register(endpoint, name);
    acknowledged.people.set(person.id, { email: person.email, name: person.name });
    return person;
  };
  const people: Person[] = [];
  for (let index = 0; index < PEOPLE; index += 1) people.push(await bring(`Payer ${'abcdefghijkl'[index]}`));
  const profiles = await Promise.all(people.map((person) => readProfile(endpoint, person)));
  const administrator = await signIn(endpoint, 'admin@example.com');
  const busy = new Set<Person>();
  const pending = new Set<Promise<void>>();
  let requests = 0;

  const work = async (share: number): Promise<void> => {
    const index = Math.floor(Math.random() * people.length);
    const person = people[index];
    if (person === undefined) return;
    if (share < SHARES.register) {
      await bring('Newcomer');
    } else if (share < SHARES.administer) {
      await administer(endpoint, administrator);
    } else if (share < SHARES.pay) {
      await payOnce(endpoint, person, acknowledged);
    } else if (share < SHARES.profile && !busy.has(person)) {
      // One at a time a person: a version is read and then changed.
      busy.add(person);
      try {
        profiles[index] = await changeProfile(endpoint, person, Number(profiles[index]), acknowledged);
      } finally {
        busy.delete(person);
      }
    } else {
      // What is being changed now may be seen before or after.
      await read(endpoint, person, () => (busy.has(person) ? undefined : acknowledged.bios.get(person.id)));
    }
  };
  const send = (): void => {
    if (pending.size >= MOST_WAITING) return;
    const begin = performance.now();
    requests += 1;
    const request = work(Math.random())
      .then(
        () => timeline.answered(performance.now() - begin),
        (error: unknown) => {
          failures.push(`${new Date().toISOString()} ${(error as Error).message}`);
          timeline.failed();
        },
      )
      .finally(() => pending.delete(request));
    pending.add(request);
  };
  const timer = setInterval(send, 1_000 / options.perSecond);
  return {
    acknowledged,
    failures,
    requests: () => requests,
    async stop() {
      clearInterval(timer);
      await Promise.all(pending);
    },
  };
}

async function payOnce(endpoint: string, person: Person, acknowledged: AcknowledgedWrites): Promise<void> {
  const amount = (1 + Math.floor(Math.random() * 10_000) / 100).toFixed(2);
  const key = randomUUID();
  const answer = await ask(
    endpoint,
    `mutation ($input: CreatePaymentInput!) { createPayment(input: $input) { __typename ... on Payment { id } } }`,
    {
      token: person.token,
      variables: { input: { amount: { amount, currency: 'EUR' }, idempotencyKey: key } },
    },
  );
  const id = answer.data?.createPayment?.id as string | undefined;
  if (id === undefined) throw new Error(`paying: ${JSON.stringify(answer.errors ?? answer.data)}`);
  acknowledged.payments.set(id, { payer: person.id, amount, key });
}

async function readProfile(endpoint: string, person: Person): Promise<number> {
  for (;;) {
    const answer = await ask(endpoint, '{ me { profile { version } } }', { token: person.token });
    const version = answer.data?.me?.profile?.version as number | undefined;
    if (version !== undefined) return version;
    // Made because of an event, a moment after the registration.
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function changeProfile(
  endpoint: string,
  person: Person,
  version: number,
  acknowledged: AcknowledgedWrites,
): Promise<number> {
  const bio = `As of ${randomUUID()}`;
  const answer = await ask(
    endpoint,
    `mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { __typename ... on Profile { version bio } } }`,
    { token: person.token, variables: { input: { expectedVersion: version, bio } } },
  );
  const changed = answer.data?.updateProfile as { version?: number; bio?: string } | null;
  if (changed?.version === undefined || changed.bio !== bio) {
    throw new Error(`changing a profile: ${JSON.stringify(answer.errors ?? answer.data)}`);
  }
  acknowledged.bios.set(person.id, bio);
  return changed.version;
}

/** All four services at once. */
async function administer(endpoint: string, token: string): Promise<void> {
  const { data, errors } = await ask(
    endpoint,
    `{ users(first: 2) { edges { node { name profile { handle } payments(first: 1) { edges { node { id } } } } } }
       setting(key: "registration.open") { value } }`,
    { token },
  );
  const isWhole = data?.users?.edges?.length === 2 && data.setting?.value !== undefined;
  if (errors !== undefined || !isWhole) throw new Error(`administering: ${JSON.stringify(errors ?? data)}`);
}

let reads = 0;

/** The services that a customer may ask; what was written before must be there. */
async function read(
  endpoint: string,
  person: Person,
  acknowledgedBio: () => string | undefined,
): Promise<void> {
  const before = acknowledgedBio();
  const { data, errors } = await ask(
    endpoint,
    `query ($first: Int!) { me { id name email profile { bio }
       payments(first: $first) { edges { node { id status user { name } } } } } }`,
    // No two at a time alike: of those the router answers one with what it asks for the other, begun before a write.
    { token: person.token, variables: { first: 1 + (reads++ % 100) } },
  );
  if (errors !== undefined) throw new Error(`reading: ${JSON.stringify(errors)}`);
  if (data?.me?.email !== person.email) throw new Error(`reading: somebody else: ${JSON.stringify(data)}`);
  const found = data.me.profile?.bio as string | null;
  // Unless it was changed while it was read.
  if (before !== undefined && before === acknowledgedBio() && found !== before) {
    throw new Error(`reading: the profile says "${String(found)}", and "${before}" was acknowledged before`);
  }
}
