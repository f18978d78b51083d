import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { ask, signIn } from '../harness/graphql.js';
import {
  expectNothingLeft,
  makeDataFolder,
  supergraph,
  type DataUnderTest,
  type Launcher,
} from '../harness/launcher.js';
import { stillRunning } from '../harness/process-tree.js';

const NEWCOMER = { email: 'newcomer@example.com', password: 'seven quiet lanterns' } as const;
let data: DataUnderTest;
let launcher: Launcher;
let url: string;
beforeAll(async () => {
  data = makeDataFolder();
  launcher = data.up();
  url = await launcher.ready();
});
afterAll(() => data.remove());

async function expectNewcomerIsThere(): Promise<void> {
  expect(await signIn(`${url}/graphql`, NEWCOMER.email, NEWCOMER.password)).toMatch(/^ey/);
}

async function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** The tests go on from one another, as the life of one system does. */
describe('up', () => {
  it('tells its steps, then addresses, logins and where the logs are', () => {
    const steps = [...launcher.stdout().matchAll(/^✔ (databases|migrations|demo data|services|router)\b/gm)];
    expect(steps.map(([, step]) => step)).toEqual([
      'databases',
      'migrations',
      'demo data',
      'services',
      'router',
    ]);
    expect(launcher.stdout()).toContain('200 users, 2,000 payments');
    expect(Object.keys(launcher.addresses())).toEqual([
      'router',
      'sandbox',
      'auth',
      'profile',
      'payments',
      'admin',
    ]);
    for (const email of ['admin@example.com', 'vendor@example.com', 'customer@example.com']) {
      expect(launcher.stdout()).toContain(email);
    }
    expect(launcher.stdout()).toContain(join(data.folder, 'logs'));
    expect(existsSync(join(data.folder, 'logs', 'router.log'))).toBe(true);
    expect(launcher.stderr()).toBe('');
  });

  it('shows a first query that a shell runs as it stands', () => {
    const [, lines = ''] = /A first query to paste:\n(.*\n.*)\n/.exec(launcher.stdout()) ?? [];
    const answer = JSON.parse(execFileSync('sh', ['-c', lines], { encoding: 'utf8' }));
    expect(answer.errors).toBeUndefined();
    expect(answer.data.me).toMatchObject({
      name: expect.any(String),
      profile: { handle: expect.any(String) },
      payments: { edges: [expect.anything(), expect.anything()] },
    });
  });

  it('is seen by status, in words and in JSON', async () => {
    const words = await supergraph(['status', '--data', data.folder]);
    expect(words.status).toBe(0);
    expect(words.stdout).toMatch(/payments\s+│ http:\S+ │ ready/);
    expect(words.stdout).toContain(`process ${launcher.processId}`);
    const json = await supergraph(['status', '--data', data.folder, '--json']);
    expect(json.status).toBe(0);
    expect(JSON.parse(json.stdout)).toEqual({
      running: true,
      topology: 'separate',
      processes: ['router', 'auth', 'profile', 'payments', 'admin'].map((name) => ({
        name,
        url: launcher.addresses()[name]?.replace(/\/graphql$/, ''),
        state: 'ready',
        detail: '',
      })),
      consumers: expect.arrayContaining([
        expect.objectContaining({ service: 'payments', consumer: 'payers', source: 'auth' }),
      ]),
    });
  });

  it.each([{ more: [] }, { more: ['--reset'] }])(
    'refuses a second start on the same data in one line: $more',
    async ({ more }) => {
      const second = await supergraph(['up', '--data', data.folder, '--port', '0', ...more]);
      expect(second).toEqual({
        status: 1,
        signal: null,
        stdout: '',
        stderr: `The system runs already (process ${launcher.processId}): ${url}. End it with Ctrl-C where it was started.\n`,
      });
      expect((await supergraph(['status', '--data', data.folder])).status).toBe(0);
      const registered = await ask(
        `${url}/graphql`,
        'mutation ($input: RegisterInput!) { register(input: $input) { __typename } }',
        {
          variables: {
            input: { ...NEWCOMER, email: `${more.length}${NEWCOMER.email}`.replace(/^0/, ''), name: 'New' },
          },
        },
      );
      expect(registered.data.register.__typename).toBe('SignedIn');
    },
  );

  it('ends everything at a Ctrl-C, also at one that arrives twice', async () => {
    const started = launcher.descendants();
    expect(started.filter(({ command }) => command.includes('main.js')).length).toBe(5);
    expect(started.filter(({ command }) => / -D /.test(command)).length).toBe(4);
    // A terminal tells the whole group, and npm passes the same press on.
    launcher.send('SIGINT', 'group');
    launcher.send('SIGINT');
    const { status, signal, stdout, stderr } = await launcher.ended;
    expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' });
    expect(stdout).toMatch(/\nending …\n$/);
    expect(stillRunning(started)).toEqual([]);
    const ports = [...new Set(Object.values(launcher.addresses()).map((url) => Number(new URL(url).port)))];
    expect(ports).toHaveLength(5);
    expect(await Promise.all(ports.map(isFree))).toEqual(ports.map(() => true));
    expect(existsSync(join(data.folder, 'running.json'))).toBe(false);
    const afterwards = await supergraph(['status', '--data', data.folder]);
    expect([afterwards.status, afterwards.stdout]).toEqual([
      1,
      'Nothing runs here. Start it with `npm start`.\n',
    ]);
    expect((await supergraph(['status', '--data', data.folder, '--json'])).stdout).toBe(
      '{"running":false}\n',
    );
  });

  it('finds its data when it starts again', async () => {
    launcher = data.up();
    url = await launcher.ready();
    expect(launcher.stdout()).toContain('kept as it was');
    await expectNewcomerIsThere();
  });

  it('survives that its launcher is killed: services end, the next start takes the servers over', async () => {
    const started = launcher.descendants();
    const servers = started.filter(({ command }) => / -D /.test(command));
    const services = started.filter(({ command }) => command.includes('main.js'));
    launcher.send('SIGKILL');
    await launcher.ended;
    await expectNothingLeft(services);
    expect(stillRunning(servers)).toHaveLength(4);
    expect((await supergraph(['status', '--data', data.folder])).status).toBe(1);
    launcher = data.up();
    url = await launcher.ready();
    expect(stillRunning(servers)).toEqual([]);
    expect(launcher.stderr()).toContain('its launcher ended without stopping it');
    await expectNewcomerIsThere();
  });

  it('starts over what a machine leaves that lost its power', async () => {
    // The launcher's files name a process that runs and is somebody else: this one.
    const stale = { processId: process.pid, startMark: '1' };
    const running = JSON.parse(readFileSync(join(data.folder, 'running.json'), 'utf8'));
    await launcher.stop();
    writeFileSync(join(data.folder, 'running.json'), JSON.stringify({ ...running, ...stale }));
    writeFileSync(join(data.folder, 'launcher.lock'), JSON.stringify({ ...stale, token: 'old' }));
    expect((await supergraph(['status', '--data', data.folder])).status).toBe(1);
    launcher = data.up();
    url = await launcher.ready();
    await expectNewcomerIsThere();
  });

  it('ends while it starts, too', async () => {
    const started = launcher.descendants();
    await launcher.stop();
    await expectNothingLeft(started);
    launcher = data.up();
    await launcher.says('databases');
    const beginning = launcher.descendants();
    const { status } = await launcher.stop();
    expect(status).toBe(0);
    expect(launcher.stdout()).not.toContain('Ctrl-C ends all of it.');
    expect(stillRunning([...beginning, ...launcher.descendants()])).toEqual([]);
  });
});
