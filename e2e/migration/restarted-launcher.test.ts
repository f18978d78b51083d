import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openWorlds, type Worlds } from '@supergraph/cli';
import { supergraph as command } from '../harness/cli.js';
import { eventually } from '../harness/eventually.js';
import { ask, signIn } from '../harness/graphql.js';
import { makeDataFolder, type Launcher } from '../harness/launcher.js';
import { register, type Person } from '../harness/people.js';
import { migrate } from './command.js';

/* Who stops everything in the weeks between, or loses it, finds each service where it was. */

const data = makeDataFolder();
const people: Person[] = [];
let launcher: Launcher;
let endpoint: string;
let worlds: Worlds;

async function up(): Promise<void> {
  launcher = data.up(['--port', '0', '--topology', 'shared']);
  endpoint = `${await launcher.ready()}/graphql`;
  worlds = openWorlds(data.folder);
}

beforeAll(up, 180_000);
afterAll(async () => {
  await worlds?.close();
  await data.remove();
});

/** Ends it and starts it again. */
async function restart(how: 'stop' | 'kill'): Promise<void> {
  await worlds.close();
  if (how === 'stop') await launcher.stop();
  else {
    launcher.send('SIGKILL', 'process');
    await launcher.ended;
  }
  await up();
}

/** Somebody new is written to this side of auth, everybody can sign in, and profile hears of the new one. */
async function expectServedBy(side: 'source' | 'target', profileSide: 'source' | 'target'): Promise<void> {
  const person = await register(endpoint, 'Between Restarts');
  people.push(person);
  const rowsOn = (where: 'source' | 'target') =>
    worlds.query(where, 'auth', 'SELECT 1 FROM auth.users WHERE id = $1', [person.id]);
  expect(await rowsOn(side)).toHaveLength(1);
  const other = side === 'source' ? 'target' : 'source';
  await eventually(
    'the other side follows',
    () => rowsOn(other),
    (rows) => rows.length === 1,
  );
  await eventually(
    'profile hears of them',
    () =>
      worlds.query(profileSide, 'profile', 'SELECT 1 FROM profile.profiles WHERE user_id = $1', [person.id]),
    (rows) => rows.length === 1,
  );
  for (const { email, password } of people) {
    const token = await signIn(endpoint, email, password);
    const answer = await ask(endpoint, '{ me { email profile { version } } }', {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(answer).toMatchObject({ data: { me: { email, profile: { version: expect.any(Number) } } } });
  }
}

describe('a system that is started again between the steps of a migration', () => {
  it('finds services where they were after Ctrl-C and after `kill -9`, each on its own side', async () => {
    await migrate(data.folder, 'start', 'auth');
    await restart('stop');
    await migrate(data.folder, 'verify', 'auth');
    await expectServedBy('source', 'source');
    await migrate(data.folder, 'cutover', 'auth', '--budget', '4000');
    await restart('stop');
    await expectServedBy('target', 'source');
    await migrate(data.folder, 'start', 'profile');
    await migrate(data.folder, 'verify', 'profile');
    await restart('kill');
    await migrate(data.folder, 'cutover', 'profile', '--budget', '4000');
    await restart('kill');
    await expectServedBy('target', 'target');
  }, 600_000);

  it('brings them back, and stays there', async () => {
    await migrate(data.folder, 'rollback', 'auth', 'profile', '--budget', '4000');
    await restart('stop');
    await expectServedBy('source', 'source');
    const output = await migrate(data.folder, 'verify', 'auth', 'profile');
    expect(output.match(/both sides agree/g)).toHaveLength(2);
    const look = async () =>
      (await command(['replica', 'check', '--json'], { dataFolder: data.folder })).status;
    expect(await eventually('replicas are true', look, (status) => status === 0)).toBe(0);
  }, 600_000);
});
