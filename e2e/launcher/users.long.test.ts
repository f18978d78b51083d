import { afterEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask, signIn } from '../harness/graphql.js';
import { makeDataFolder, type DataUnderTest, type Launcher } from '../harness/launcher.js';
import { ROOT } from '../harness/root.js';

const NOBODY = { uid: 65_534, gid: 65_534 } as const;
const asRoot = process.getuid?.() === 0;
const othersRead =
  asRoot && spawnSync('test', ['-r', join(ROOT, 'cli', 'dist', 'main.js')], NOBODY).status === 0;
if (!asRoot) {
  process.stderr.write('Skipped: what root and other users meet can only be tested by root.\n');
} else if (!othersRead) {
  process.stderr.write(
    'Skipped: an ordinary user cannot read this checkout, so none can start the system in it.\n',
  );
}

let data: DataUnderTest;
let closed: string | undefined;
afterEach(async () => {
  await data.remove();
  if (closed !== undefined) {
    rmSync(closed, { recursive: true });
  }
});

async function expectWhole(launcher: Launcher): Promise<void> {
  const endpoint = `${await launcher.ready()}/graphql`;
  const token = await signIn(endpoint, 'customer@example.com');
  const { data: answer, errors } = await ask(
    endpoint,
    '{ me { email profile { handle } payments(first: 1) { edges { node { id } } } } }',
    { token },
  );
  expect(errors).toBeUndefined();
  expect(answer.me).toMatchObject({ email: 'customer@example.com', profile: {}, payments: { edges: [{}] } });
}

/** The effective user of a process; proc(5). */
function userOf(processId: number): number {
  const [, user] = /^Uid:\s+\d+\s+(\d+)/m.exec(readFileSync(`/proc/${processId}/status`, 'utf8')) ?? [];
  return Number(user);
}

const onLinux = process.platform === 'linux';

(othersRead ? describe : describe.skip)('an ordinary user', () => {
  it('starts the system, and all of it is theirs', async () => {
    data = makeDataFolder({ owner: NOBODY });
    const launcher = data.up(['--port', '0'], { user: NOBODY });
    await expectWhole(launcher);
    expect(launcher.stderr()).toBe('');
    if (onLinux) {
      const users = new Set(launcher.descendants().map(({ id }) => userOf(id)));
      expect([...users]).toEqual([NOBODY.uid]);
    }
    expect((await launcher.stop()).status).toBe(0);
  });
});

(asRoot ? describe : describe.skip)('root', () => {
  it('starts the system below a folder that nobody else can enter', async () => {
    closed = mkdtempSync(join(tmpdir(), 'supergraph-closed-'));
    chmodSync(closed, 0o700);
    data = makeDataFolder({ parent: closed });
    const launcher = data.up();
    await expectWhole(launcher);
    expect(launcher.stderr()).toContain('its data lies in');
    const servers = launcher.descendants().filter(({ command }) => / -D /.test(command));
    expect(servers).toHaveLength(4);
    if (onLinux) {
      expect(servers.map(({ id }) => userOf(id))).not.toContain(0);
    }
    expect((await launcher.stop()).status).toBe(0);
  });
});
