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
  readonly verifyMedian: number;
  readonly verifyCpu: number;
}

const RUNS = 200;
/** Until the JavaScript engine has compiled what it runs, a sign-in takes much more of the processor. */
const WARM_UP = 300;
const EMAIL = 'customer@example.com';
/** Auth's parameters: argon2id, 19 MiB, two passes, one lane. */
const ARGON2ID = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Measures sign-ins one after the other, and as many bare checks of a password. */
export async function measureLogin({ services }: MeasuredSystem): Promise<LoginCost> {
  const { child, client } = services.auth;
  const passwordHash = await hash(PASSWORD, ARGON2ID);
  for (let run = 0; run < WARM_UP; run += 1) {
    await login(client, EMAIL);
    await verify(passwordHash, PASSWORD);
  }
  const before = await child.processorTime();
  let statements = 0;
  const times = await timesOf(async () => {
    statements = Math.max(statements, (await login(client, EMAIL)).statements);
  });
  const cpu = ((await child.processorTime()) - before) / RUNS;
  const verifyBefore = process.cpuUsage();
  const verifyTimes = await timesOf(() => verify(passwordHash, PASSWORD));
  const { user, system } = process.cpuUsage(verifyBefore);
  return {
    statements,
    median: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    cpu,
    verifyMedian: quantile(verifyTimes, 0.5),
    verifyCpu: (user + system) / 1_000 / RUNS,
  };
}

async function timesOf(work: () => Promise<unknown>): Promise<ReadonlyArray<number>> {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const begin = performance.now();
    await work();
    times.push(performance.now() - begin);
  }
  return times;
}
