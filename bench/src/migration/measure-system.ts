import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  findLostWrites,
  openWorlds,
  runMigration,
  seedLarge,
  startSystem,
  startTraffic,
  type AcknowledgedWrites,
  type RunningSystem,
} from '@supergraph/cli';
import { tell } from '../report/progress.js';
import { openTrafficMeter, type Stretch, type TrafficMeter } from './traffic-meter.js';

/** One switch from one database to the other. */
export interface SwitchFigures {
  readonly command: 'cutover' | 'rollback';
  /** For how long the gate held clients. */
  readonly heldMilliseconds: number;
  /** The slowest answer while the command ran. */
  readonly longestMilliseconds: number;
  /** How often it gave up before, since the budget of a second was spent. */
  readonly gaveUp: number;
}

/** The running system, asked as much as it can answer. */
export interface SystemFigures {
  readonly before: Stretch;
  readonly duringCopy: Stretch;
  readonly following: Stretch;
  readonly switches: ReadonlyArray<SwitchFigures>;
  readonly requests: number;
}

const SERVICE = 'payments';
const STRETCH_MILLISECONDS = 20_000;
/** More than two cores answer: as many as may wait for an answer always do. */
const AS_MANY_AS_POSSIBLE = 1_000;
/** For the switches: a system that is busy and not at its end. */
const STEADY = 60;
const ATTEMPTS = 5;

/**
 * Measures what clients of the four services on one database notice while payments leaves it, and comes and goes.
 *
 * @param options.switches how often it leaves
 */
export async function measureSystem(options: {
  readonly users: number;
  readonly payments: number;
  readonly switches: number;
}): Promise<SystemFigures> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'bench-migration-'));
  // mkdtemp closes the folder to everybody else, and root's PostgreSQL runs as somebody else.
  chmodSync(dataFolder, 0o755);
  tell('the system on one shared database');
  const system = await startSystem({
    dataFolder,
    topology: 'shared',
    routerPort: 0,
    anyPorts: true,
    environment: { AUTH_ACCESS_TOKEN_SECONDS: '86400', LOG_LEVEL: 'warn' },
  });
  try {
    tell(`${options.users.toLocaleString('en')} users, ${options.payments.toLocaleString('en')} payments`);
    const { ownerUrls, ownDatabases } = system.folder.readRunning() ?? { ownerUrls: {}, ownDatabases: [] };
    await seedLarge({ ...options, ownerUrls, ownDatabases, replace: true });
    const load = await measureCopyBesideLoad(system, dataFolder);
    return { ...load, ...(await measureSwitches(system, dataFolder, options.switches)) };
  } finally {
    await system.stop();
    rmSync(dataFolder, { recursive: true, force: true });
  }
}

async function measureCopyBesideLoad(
  system: RunningSystem,
  dataFolder: string,
): Promise<Pick<SystemFigures, 'before' | 'duringCopy' | 'following'>> {
  const meter = openTrafficMeter();
  const traffic = await startTraffic({
    endpoint: `${system.routerUrl}/graphql`,
    perSecond: AS_MANY_AS_POSSIBLE,
    observer: meter,
  });
  const look = (): Promise<Stretch> => meter.during(() => sleep(STRETCH_MILLISECONDS));
  let figures;
  try {
    tell('warming up');
    await look();
    tell('throughput before');
    const before = await look();
    tell('throughput beside the copy');
    const duringCopy = await meter.during(() => migrate(dataFolder, 'start'));
    tell('throughput while the target follows');
    figures = { before, duringCopy, following: await look() };
  } finally {
    await traffic.stop();
  }
  await requireNothingLost(dataFolder, 'source', traffic);
  return figures;
}

async function measureSwitches(
  system: RunningSystem,
  dataFolder: string,
  count: number,
): Promise<Pick<SystemFigures, 'switches' | 'requests'>> {
  const meter = openTrafficMeter();
  const traffic = await startTraffic({
    endpoint: `${system.routerUrl}/graphql`,
    perSecond: STEADY,
    observer: meter,
  });
  const switches: SwitchFigures[] = [];
  try {
    for (let index = 1; index <= count; index += 1) {
      tell(`switch ${index} of ${count}`);
      await migrate(dataFolder, 'verify');
      switches.push(await measureSwitch(dataFolder, 'cutover', meter));
      await sleep(2_000);
      switches.push(await measureSwitch(dataFolder, 'rollback', meter));
    }
  } finally {
    await traffic.stop();
  }
  await requireNothingLost(dataFolder, 'source', traffic);
  return { switches, requests: traffic.requests() };
}

async function measureSwitch(
  dataFolder: string,
  command: SwitchFigures['command'],
  meter: TrafficMeter,
): Promise<SwitchFigures> {
  for (let gaveUp = 0; gaveUp < ATTEMPTS; gaveUp += 1) {
    let end = { status: 0, output: '' };
    const { longestMilliseconds } = await meter.during(async () => {
      end = await runMigration({ dataFolder, args: [command, SERVICE] });
      // Who was held is answered after the end.
      await sleep(1_000);
    });
    const held = /clients were held for (\d+) ms/.exec(end.output)?.[1];
    if (held !== undefined) return { command, heldMilliseconds: Number(held), longestMilliseconds, gaveUp };
    if (!end.output.includes('outage budget')) throw new Error(`${command} failed:\n${end.output}`);
  }
  throw new Error(`${command} gave up ${ATTEMPTS} times: the machine is too busy.`);
}

async function migrate(dataFolder: string, command: 'start' | 'verify'): Promise<void> {
  const { status, output } = await runMigration({ dataFolder, args: [command, SERVICE] });
  if (status !== 0) throw new Error(`${command} ended with ${status}:\n${output}`);
}

async function requireNothingLost(
  dataFolder: string,
  side: 'source' | 'target',
  traffic: { readonly acknowledged: AcknowledgedWrites; readonly failures: ReadonlyArray<string> },
): Promise<void> {
  const worlds = openWorlds(dataFolder);
  try {
    const lost = await findLostWrites(worlds, side, traffic.acknowledged);
    if (lost.length + traffic.failures.length === 0) return;
    const some = [...lost, ...traffic.failures].slice(0, 5).join('\n');
    throw new Error(
      `${lost.length} writes were lost and ${traffic.failures.length} requests failed:\n${some}`,
    );
  } finally {
    await worlds.close();
  }
}
