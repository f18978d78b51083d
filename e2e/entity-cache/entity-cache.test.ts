import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ask, signIn } from '../harness/graphql.js';
import { eventually } from '../harness/eventually.js';
import { register, type Person } from '../harness/people.js';
import { startSystemUnderTest, type SystemUnderTest } from '../harness/system.js';
import { findViolations, type Violation } from './history.js';
import { startReplica, type Replica } from './two-routers.js';
import { run, type Run } from './workload.js';

const BOUND_MILLISECONDS = 1_000;
const ROUNDS = process.env['SUPERGRAPH_TEST_FULL'] === undefined ? 1 : 15;
/** A round takes about five seconds, on a busy machine more. */
const TIMEOUT_MILLISECONDS = 60_000 + ROUNDS * 10_000;

let system: SystemUnderTest;
let adminToken: string;

beforeAll(async () => {
  system = await startSystemUnderTest();
  adminToken = await signIn(system.endpoint, 'admin@example.com');
});
afterAll(() => system.stop());

/** Two replicas of the router with an empty cache, new people, and all that is done with them. */
async function check(checksChanges: boolean): Promise<{
  readonly done: Run;
  readonly violations: ReadonlyArray<Violation>;
  readonly hits: number;
}> {
  const replicas: [Replica, Replica] = [
    await startReplica(system, { checksChanges }),
    await startReplica(system, { checksChanges }),
  ];
  try {
    const people: Person[] = [];
    for (const name of ['Ada', 'Ben', 'Cleo']) {
      const person = await register(system.endpoint, name);
      await eventually(
        'the profile is there',
        () => ask(system.endpoint, '{ myProfile { version } }', { token: person.token }),
        ({ data }) => data?.myProfile?.version === 1,
      );
      people.push(person);
    }
    const done = await run({ replicas, people, readerToken: adminToken, rounds: ROUNDS });
    const hits = (await Promise.all(replicas.map((replica) => replica.hits()))).reduce(
      (sum, n) => sum + n,
      0,
    );
    return { done, violations: findViolations(done.writes, done.reads, BOUND_MILLISECONDS), hits };
  } finally {
    await Promise.all(replicas.map((replica) => replica.stop()));
  }
}

const describeRun = (what: string, { done, violations, hits }: Awaited<ReturnType<typeof check>>): void =>
  void process.stdout.write(
    `\n${what}: ${done.writes.length} writes, ${done.reads.length} reads, ${hits} entities from caches, ` +
      `${JSON.stringify(done.faults)}, ${violations.length} violations\n`,
  );

describe('two replicas of the router', () => {
  it(
    'show nothing older than a second, and each writer what it wrote',
    async () => {
      const result = await check(true);
      describeRun('with the check', result);
      expect(result.violations).toEqual([]);
      // Else there was nothing that could have been wrong.
      expect(result.hits).toBeGreaterThan(20);
      expect(result.done.reads.filter(({ written }) => written !== undefined).length).toBeGreaterThan(4);
      expect(result.done.faults).toMatchObject({ paused: ROUNDS, cut: ROUNDS });
    },
    TIMEOUT_MILLISECONDS,
  );

  it(
    'do show what is too old when answers are kept that a change has overtaken',
    async () => {
      const result = await check(false);
      describeRun('without the check', result);
      expect(result.done.faults.overtaken).toBeGreaterThan(0);
      expect(result.violations.map(({ kind }) => kind)).toContain('too old');
    },
    TIMEOUT_MILLISECONDS,
  );
});
