import { spawn, spawnSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@supergraph/platform/testing';
import pg from 'pg';
import { until } from './until.js';

/** A PgBouncer of its own in front of one database. */
export interface TestBouncer {
  /** Of the admin console. */
  readonly adminUrl: string;
  /** What clients connect to. */
  readonly url: string;
  /** The file that holds the line of the database. */
  readonly file: string;
  stop(): Promise<void>;
}

/**
 * Whether the program is there; it is not part of what is installed with this project.
 *
 * @param environment of the tests
 * @throws in CI, where no test may be left out
 */
export function hasPgBouncer(environment: NodeJS.ProcessEnv): boolean {
  const isPresent = spawnSync('pgbouncer', ['--version']).status === 0;
  if (isPresent) return true;
  if (environment['CI'] === 'true') throw new Error('In CI pgbouncer must be present.');
  process.stderr.write('What needs PgBouncer is not tested: there is no `pgbouncer` here.\n');
  return false;
}

/**
 * @param options.name that clients connect to
 * @param options.url where it leads at first; its role is the administrator's too
 */
export async function startBouncer(options: {
  readonly name: string;
  readonly url: string;
}): Promise<TestBouncer> {
  const { username, password, port: serverPort, pathname } = new URL(options.url);
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'migration-pgbouncer-'));
  // It refuses to run as root; as somebody else it writes its log and reads what is rewritten here.
  const isRoot = process.getuid?.() === 0;
  await chmod(folder, isRoot ? 0o777 : 0o755);
  const file = join(folder, 'pgbouncer.ini');
  await writeFile(join(folder, 'users.txt'), `"${username}" "${password}"\n`, { mode: 0o644 });
  await writeFile(
    file,
    `[databases]
${options.name} = host=127.0.0.1 port=${serverPort} dbname=${pathname.slice(1)}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = plain
auth_file = ${join(folder, 'users.txt')}
admin_users = ${username}
pool_mode = transaction
server_login_retry = 1
logfile = ${join(folder, 'pgbouncer.log')}
ignore_startup_parameters = extra_float_digits
`,
    { mode: 0o644 },
  );
  const bouncer = spawn('pgbouncer', ['-q', file], {
    stdio: 'ignore',
    ...(isRoot ? { uid: 65_534, gid: 65_534 } : {}),
  });
  const exited = new Promise((resolve) => bouncer.once('exit', resolve));
  const front = `postgresql://${username}:${password}@127.0.0.1:${port}`;
  await until(async () => {
    const client = new pg.Client({ connectionString: `${front}/${options.name}` });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('SELECT 1');
      return true;
    } catch {
      return false;
    } finally {
      await client.end().catch(() => undefined);
    }
  });
  return {
    adminUrl: `${front}/pgbouncer`,
    url: `${front}/${options.name}`,
    file,
    async stop() {
      bouncer.kill('SIGKILL');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
