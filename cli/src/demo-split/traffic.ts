import { setTimeout as sleep } from 'node:timers/promises';
import { registerPerson, signInAs, type TrafficPerson } from './people.js';
import { RequestFailure } from './request-failure.js';
import { ASKED, changeProfile, oversee, payOnce, readOverview, readProfileVersion } from './requests.js';

/** What the system acknowledged, to be looked for in the tables at the end. */
export interface AcknowledgedWrites {
  /** By their ids. */
  readonly people: Map<string, Pick<TrafficPerson, 'email' | 'name'>>;
  readonly payments: Map<string, { readonly payer: string; readonly amount: string; readonly key: string }>;
  /** The last one acknowledged, by the user's id; none while it is not known what became of a later one. */
  readonly bios: Map<string, string>;
}

/** Who is told what becomes of each request. */
export interface TrafficObserver {
  /** @param services whose fields were asked for */
  answered(milliseconds: number, services: ReadonlyArray<string>): void;
  failed(failure: RequestFailure): void;
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
const SHARES = { register: 0.02, oversee: 0.07, pay: 0.32, change: 0.42 } as const;
/** When so many wait for an answer no more are sent: the machine is at its end, and the rate is what it is. */
const MOST_WAITING = 48;
/** How often somebody's profile, made because of an event a moment after the registration, is looked for. */
const PROFILE_ATTEMPTS = 600;

/**
 * Registers some people and lets them read, pay, change their profiles and bring new ones.
 *
 * @param options.perSecond requests a second
 */
export async function startTraffic(options: {
  readonly endpoint: string;
  readonly perSecond: number;
  readonly observer: TrafficObserver;
}): Promise<Traffic> {
  const { endpoint, observer } = options;
  const acknowledged: AcknowledgedWrites = { people: new Map(), payments: new Map(), bios: new Map() };
  const failures: string[] = [];
  const bring = async (name: string): Promise<TrafficPerson> => {
    const person = await registerPerson(endpoint, name);
    acknowledged.people.set(person.id, { email: person.email, name: person.name });
    return person;
  };
  const people: TrafficPerson[] = [];
  for (let index = 0; index < PEOPLE; index += 1) people.push(await bring(`Payer ${'abcdefghijkl'[index]}`));
  const versions = new Map<TrafficPerson, number>();
  for (const person of people) versions.set(person, await waitForProfile(endpoint, person));
  const administrator = await signInAs(endpoint, 'admin@example.com');
  const busy = new Set<TrafficPerson>();
  const pending = new Set<Promise<void>>();
  let requests = 0;

  const change = async (person: TrafficPerson): Promise<void> => {
    const version = versions.get(person) ?? (await readProfileVersion(endpoint, person));
    if (version === undefined) throw new RequestFailure('reading a version', ASKED.change, ASKED.change);
    // Until it is acknowledged nobody knows which of the two is there, and whether the version is still right.
    versions.delete(person);
    acknowledged.bios.delete(person.id);
    const changed = await changeProfile(endpoint, person, version);
    versions.set(person, changed.version);
    acknowledged.bios.set(person.id, changed.bio);
  };
  const work = async (share: number, person: TrafficPerson): Promise<ReadonlyArray<string>> => {
    if (share < SHARES.register) {
      await bring('Newcomer');
      return ASKED.register;
    }
    if (share < SHARES.oversee) {
      await oversee(endpoint, administrator);
      return ASKED.oversee;
    }
    if (share < SHARES.pay) {
      const { id, ...payment } = await payOnce(endpoint, person);
      acknowledged.payments.set(id, { payer: person.id, ...payment });
      return ASKED.pay;
    }
    if (share < SHARES.change && !busy.has(person)) {
      // One at a time a person: a version is read and then changed.
      busy.add(person);
      try {
        await change(person);
      } finally {
        busy.delete(person);
      }
      return ASKED.change;
    }
    // What is being changed now may be seen before or after.
    await readOverview(endpoint, person, () =>
      busy.has(person) ? undefined : acknowledged.bios.get(person.id),
    );
    return ASKED.read;
  };
  const send = (): void => {
    const person = people[Math.floor(Math.random() * people.length)];
    if (pending.size >= MOST_WAITING || person === undefined) return;
    const begin = performance.now();
    requests += 1;
    const request = work(Math.random(), person)
      .then(
        (services) => observer.answered(performance.now() - begin, services),
        (error: unknown) => {
          failures.push(`${new Date().toISOString()} ${(error as Error).message}`);
          observer.failed(
            error instanceof RequestFailure ? error : new RequestFailure((error as Error).message, [], []),
          );
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

async function waitForProfile(endpoint: string, person: TrafficPerson): Promise<number> {
  for (let attempt = 0; attempt < PROFILE_ATTEMPTS; attempt += 1) {
    const version = await readProfileVersion(endpoint, person);
    if (version !== undefined) return version;
    await sleep(100);
  }
  throw new Error(`${person.name} got no profile within a minute: does profile hear auth's events?`);
}
