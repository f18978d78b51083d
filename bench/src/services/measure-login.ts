import { hash, verify } from '@node-rs/argon2';
import { quantile } from '../report/measurement.js';
import { login, PASSWORD, type MeasuredSystem } from './system.js';

/** What a sign-in costs beside its check of the password. Times in milliseconds. */
export interface LoginCost {
  readonly statements: number;
  readonly median: number;
  readonly p99: number;
  /** Processor time of the service, all threads, a sign-in. */
  readonly cpu: number;
  /** The same of one whose check of the password takes no time. */
  readonly besideMedian: number;
  readonly besideCpu: number;
  readonly verifyMedian: number;
  readonly verifyCpu: number;
  /** Processor time of the service for a request that asks for nothing: HTTP and GraphQL alone. */
  readonly emptyRequestCpu: number;
  /** The same for one that reads a row. */
  readonly oneRowCpu: number;
}

/** Of each kind, in turn, so that what else the machine does falls on all alike. */
const BLOCKS = 10;
const RUNS_IN_A_BLOCK = 20;
/** Until the JavaScript engine has compiled what it runs, a sign-in takes much more of the processor. */
const WARM_UP = 1_500;
const EMAIL = 'customer@example.com';
/** Auth's parameters: argon2id, 19 MiB, two passes, one lane. */
const ARGON2ID = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

interface Kind {
  readonly run: () => Promise<unknown>;
  /** Of whoever does the work, in milliseconds so far. */
  readonly processorTime: () => Promise<number>;
  readonly times: number[];
  cpu: number;
}

/** Measures sign-ins one after the other, as many bare checks of a password, and what any request costs. */
export async function measureLogin({ services, trusting }: MeasuredSystem): Promise<LoginCost> {
  const { child, client } = services.auth;
  const passwordHash = await hash(PASSWORD, ARGON2ID);
  const { token } = await login(client, EMAIL);
  let statements = 0;
  const kind = (run: Kind['run'], processorTime = () => child.processorTime()): Kind => ({
    run,
    processorTime,
    times: [],
    cpu: 0,
  });
  const signIn = kind(async () => {
    statements = Math.max(statements, (await login(client, EMAIL)).statements);
  });
  const beside = kind(
    () => login(trusting.client, EMAIL),
    () => trusting.child.processorTime(),
  );
  const verifying = kind(() => verify(passwordHash, PASSWORD), ownProcessorTime);
  const empty = kind(() => client.query('{ __typename }'));
  const oneRow = kind(() => client.query('{ me { id } }', { token }));
  const kinds = [signIn, beside, verifying, empty, oneRow];
  for (let run = 0; run < WARM_UP; run += 1) {
    await Promise.all(kinds.map((one) => one.run()));
  }
  for (let block = 0; block < BLOCKS; block += 1) {
    for (const one of kinds) {
      await measureBlock(one);
    }
  }
  const cpuOf = ({ cpu }: Kind): number => cpu / (BLOCKS * RUNS_IN_A_BLOCK);
  return {
    statements,
    median: quantile(signIn.times, 0.5),
    p99: quantile(signIn.times, 0.99),
    cpu: cpuOf(signIn),
    besideMedian: quantile(beside.times, 0.5),
    besideCpu: cpuOf(beside),
    verifyMedian: quantile(verifying.times, 0.5),
    verifyCpu: cpuOf(verifying),
    emptyRequestCpu: cpuOf(empty),
    oneRowCpu: cpuOf(oneRow),
  };
}

async function measureBlock(kind: Kind): Promise<void> {
  const before = await kind.processorTime();
  for (let run = 0; run < RUNS_IN_A_BLOCK; run += 1) {
    const begin = performance.now();
    await kind.run();
    kind.times.push(performance.now() - begin);
  }
  kind.cpu += (await kind.processorTime()) - before;
}

function ownProcessorTime(): Promise<number> {
  const { user, system } = process.cpuUsage();
  return Promise.resolve((user + system) / 1_000);
}
