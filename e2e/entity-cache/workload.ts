import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from '../harness/graphql.js';
import type { Person } from '../harness/people.js';
import type { Read, Write } from './history.js';
import type { Replica } from './two-routers.js';

const READ = 'query ($id: ID!) { user(id: $id) { profile { version } } }';
const WRITE = `mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) {
  __typename ... on Profile { version } ... on StaleVersionProblem { currentVersion } ... on Problem { message } } }`;
const POSITION = 'supergraph-position';

/** What happened in a run. */
export interface Run {
  readonly writes: ReadonlyArray<Write>;
  readonly reads: ReadonlyArray<Read>;
  /** How often the events of a replica were held up or cut, and an answer held back over a change. */
  readonly faults: { paused: number; cut: number; overtaken: number };
}

/**
 * Reads and writes through both replicas at once, while their events are held up and cut and answers are overtaken by
 * changes. Each writer reads what it wrote through the same replica, and through the other with the token.
 */
export async function run(options: {
  readonly replicas: readonly [Replica, Replica];
  readonly people: ReadonlyArray<Person>;
  /** Of somebody who may read everybody. */
  readonly readerToken: string;
  readonly rounds: number;
}): Promise<Run> {
  const { replicas, people, readerToken, rounds } = options;
  const writes: Write[] = [];
  const reads: Read[] = [];
  const faults = { paused: 0, cut: 0, overtaken: 0 };
  let isOver = false;

  const read = async (
    replica: Replica,
    person: Person,
    how: { readonly token: string; readonly position?: string; readonly written?: number },
  ): Promise<void> => {
    const sentAt = performance.now();
    const { data } = await ask(replica.endpoint, READ, {
      variables: { id: person.id },
      token: how.token,
      headers: how.position === undefined ? {} : { [POSITION]: how.position },
    });
    const version = (data?.user?.profile as { version: number } | null | undefined)?.version;
    if (version !== undefined) {
      const { written } = how;
      const answeredAt = performance.now();
      reads.push({
        subject: person.id,
        version,
        sentAt,
        answeredAt,
        ...(written === undefined ? {} : { written }),
      });
    }
  };

  const versions = new Map<string, number>();
  const write = async (replica: Replica, person: Person): Promise<{ position: string; written: number }> => {
    const expectedVersion = versions.get(person.id) ?? 1;
    const sentAt = performance.now();
    const { data, headers } = await ask(replica.endpoint, WRITE, {
      token: person.token,
      variables: { input: { expectedVersion, displayName: `Version ${expectedVersion + 1}` } },
    });
    const written = (data?.updateProfile as { version?: number } | null)?.version;
    const position = headers.get(POSITION);
    if (written === undefined || position === null) {
      throw new Error(`A write was refused or has no position: ${JSON.stringify(data)}`);
    }
    versions.set(person.id, written);
    writes.push({ subject: person.id, version: written, sentAt, answeredAt: performance.now() });
    return { position, written };
  };

  const [first, ...others] = people as [Person, ...Person[]];
  const writer = async (person: Person, index: number): Promise<void> => {
    for (let turn = index; !isOver; turn += 1) {
      const [here, there] = [replicas[turn % 2] as Replica, replicas[(turn + 1) % 2] as Replica];
      const { token } = person;
      const { position, written } = await write(here, person);
      await read(here, person, { token, written });
      await read(there, person, { token, position, written });
      await sleep(150);
    }
  };
  const reader = async (replica: Replica): Promise<void> => {
    while (!isOver) {
      for (const person of people) {
        await Promise.race([read(replica, person, { token: readerToken }), sleep(50)]);
      }
      await sleep(15);
    }
  };
  /** An answer for one replica is on its way while the change is made by way of the other, and heard. */
  const overtake = async (): Promise<void> => {
    const [slow, quick] = replicas;
    let isTaken = false;
    // One alone: what is asked for after the change passes it.
    const held = slow.front.holdAnswers((body) => {
      const isChosen = !isTaken && body.includes('_entities') && body.includes(first.id);
      isTaken ||= isChosen;
      return isChosen;
    });
    // Changed by way of the other, so that this replica has nothing to serve, and whoever reads has it ask.
    await write(quick, first);
    for (const end = Date.now() + 15_000; held.held() === 0 && Date.now() < end;) {
      await sleep(10);
    }
    faults.overtaken += held.held() > 0 ? 1 : 0;
    await write(quick, first);
    await sleep(600);
    held.release();
    await sleep(1_500);
  };
  const disturb = async (): Promise<void> => {
    for (let round = 0; round < rounds; round += 1) {
      await overtake();
      const { front } = replicas[round % 2] as Replica;
      front.pauseEvents();
      faults.paused += 1;
      await sleep(1_800);
      front.resumeEvents();
      await sleep(300);
      front.cutEvents();
      faults.cut += 1;
      await sleep(300);
    }
  };

  const work = [...others.map(writer), ...replicas.map(reader)];
  try {
    await Promise.race([disturb(), Promise.all(work)]);
  } finally {
    isOver = true;
    await Promise.allSettled(work);
  }
  return { writes, reads, faults };
}
