import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openWorlds, type Worlds } from '@supergraph/cli';
import { eventually } from '../harness/eventually.js';
import { register } from '../harness/people.js';
import { startSystemUnderTest, type SystemUnderTest } from '../harness/system.js';
import { migrate, migration } from './command.js';

let system: SystemUnderTest;
let folder: string;
let worlds: Worlds;

beforeAll(async () => {
  system = await startSystemUnderTest({ topology: 'shared' });
  folder = system.system.folder.path;
  worlds = openWorlds(folder);
}, 180_000);
afterAll(async () => {
  await worlds?.close();
  await system?.stop();
});

/** Ends the service as `kill -9` does, waits for the next one, registers somebody, and tells where that row was written. */
async function writtenTo(): Promise<'source' | 'target'> {
  system.kill('auth');
  const person = await eventually(
    'auth takes registrations again',
    () => register(system.endpoint, 'Survivor').catch(() => undefined),
    (registered) => registered !== undefined,
  );
  const find = (side: 'source' | 'target') =>
    worlds.query(side, 'auth', 'SELECT 1 FROM auth.users WHERE id = $1', [person?.id]);
  // The side that took it has it at once; the other one may have it later, by the stream.
  const open = await worlds.query<{ open: boolean }>(
    'target',
    'auth',
    `SELECT open FROM supergraph_migration.place WHERE service = 'auth'`,
  );
  const side = open[0]?.open === true ? 'target' : 'source';
  expect(await find(side)).toHaveLength(1);
  return side;
}

const interrupted = (command: string, at: string) =>
  migration(folder, [command, 'auth', '--budget', '4000'], { MIGRATION_CRASH_AT: at });

describe('a service that is killed while its database moves', () => {
  it('finds the side that takes the writes, whichever phase it is in', async () => {
    for (const point of ['start.beforeSchemaCommand', 'start.afterSchemaCommand']) {
      expect((await migration(folder, ['start', 'auth'], { MIGRATION_CRASH_AT: point })).status).toBe(128);
    }
    await migrate(folder, 'start', 'auth');
    expect(await writtenTo()).toBe('source');
    await migrate(folder, 'verify', 'auth');
    await migrate(folder, 'cutover', 'auth', '--budget', '4000');
    expect(await writtenTo()).toBe('target');
    await migrate(folder, 'rollback', 'auth', '--budget', '4000');
    expect(await writtenTo()).toBe('source');
  }, 300_000);

  it('finds it after a switch that was cut off, with the tool killed too', async () => {
    await migrate(folder, 'verify', 'auth');
    // Nobody is locked out yet: the gate of the killed process is gone with it.
    expect((await interrupted('cutover', 'switch.afterHold')).status).toBe(128);
    expect(await writtenTo()).toBe('source');
    expect((await interrupted('cutover', 'switch.afterOpening')).status).toBe(128);
    expect(await writtenTo()).toBe('target');
    await migrate(folder, 'cutover', 'auth', '--budget', '4000');
    expect(await writtenTo()).toBe('target');
  }, 300_000);

  it('goes on where the commit row says, which the guard opens when the tool is gone', async () => {
    expect((await interrupted('rollback', 'switch.afterCommit')).status).toBe(128);
    system.kill('auth');
    const isOpen = async (side: 'source' | 'target') =>
      (
        await worlds.query(
          side,
          'auth',
          `SELECT 1 FROM supergraph_migration.place WHERE service = 'auth' AND open`,
        )
      ).length === 1;
    await eventually(
      'the source is open, and nothing else',
      async () => (await isOpen('source')) && !(await isOpen('target')),
      (isSourceAlone) => isSourceAlone,
    );
    // While the service starts its gate cannot be reached; the command says so, and is run again.
    const again = () => migration(folder, ['rollback', 'auth', '--budget', '4000']);
    await eventually('the switch is ended', again, ({ status }) => status === 0);
    expect(await writtenTo()).toBe('source');
  }, 300_000);
});
