import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { Side } from '../state/index.js';
import { startClients, type Clients } from '../testing/clients.js';
import { startLendingDesk, type LendingDesk } from '../testing/desk.js';
import { canMountDisks, mountSmallDisk, moveLogTo, type SmallDisk } from '../testing/small-disk.js';
import { until } from '../testing/until.js';

/* The disk of a server's write-ahead log is full: the server ends itself. Nothing that was acknowledged is lost. */

const isPossible = canMountDisks();
if (!isPossible)
  process.stderr.write(
    'Full disks are not tested: only root on Linux may mount a small one, where containers let it.\n',
  );

let desk: LendingDesk;
let clients: Clients | undefined;
const disks = {} as Record<Side, SmallDisk>;

(isPossible ? describe : describe.skip)('a full disk of the write-ahead log', () => {
  beforeAll(async () => {
    desk = await startLendingDesk({
      environment: process.env,
      settings: { synchronous_commit: 'on', max_wal_size: '64MB', min_wal_size: '32MB' },
    });
    for (const side of ['source', 'target'] as const) {
      // The source keeps what the target has not read: its room is not what these tests are about.
      disks[side] = await mountSmallDisk(side === 'source' ? 640 : 160);
      const server = desk.server(side);
      process.kill(server.processId, 'SIGINT');
      await server.exited;
      await moveLogTo(disks[side], server.dataDirectory);
      await desk.startServer(side);
    }
  }, 120_000);
  afterAll(async () => {
    await desk.stop();
    await Promise.all(Object.values(disks).map((disk) => disk.remove()));
  });

  afterEach(() => clients?.stop());

  /** Rows of a kilobyte, in a transaction of their own: as much log, twice that with the copy on the other side. */
  async function fillTable(rows: number): Promise<void> {
    await desk.library.source.query(
      `INSERT INTO lending.members (card, name, notes)
       SELECT 'ZZ' || (random() * 1e15)::bigint, 'member', to_jsonb(repeat(md5(n::text), 32)) FROM generate_series(1, $1::int) n`,
      [rows],
    );
  }

  function serve(): Clients {
    clients = startClients(desk.pool, 2);
    return clients;
  }

  /** Makes room, and starts the server again where it did not do so by itself. */
  async function makeRoom(side: Side): Promise<void> {
    await disks[side].free();
    const server = desk.server(side);
    const isGone = await Promise.race([server.exited.then(() => true), sleep(2_000, false)]);
    if (isGone) await desk.startServer(side);
    await until(() => isServing(side));
  }

  async function isServing(side: Side): Promise<boolean> {
    const client = new pg.Client({ connectionString: desk.server(side).superuserUrl() });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('SELECT pg_switch_wal()');
      return true;
    } catch {
      return false;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  async function expectNothingLost(loans: ReadonlyMap<string, number>): Promise<void> {
    expect(await desk.run('verify')).toMatchObject({ status: 0 });
    const { rows } = await desk.library.source.query<{ id: string; weeks: number }>(
      'SELECT id, weeks FROM lending.loans',
    );
    const stored = new Map(rows.map(({ id, weeks }) => [id, weeks]));
    expect([...loans].filter(([id, weeks]) => (stored.get(id) ?? 0) < weeks)).toEqual([]);
    expect(loans.size).toBeGreaterThan(3);
  }

  it('of the target ends the copy with what to do, and the same command goes on when there is room', async () => {
    await fillTable(60_000);
    await disks.target.fill();
    const served = serve();
    const end = await desk.run('start');
    expect(end).toMatchObject({ status: 1 });
    expect(end.output).toMatch(/target of lending .*its disk is full.*Run the same command again/s);
    await makeRoom('target');
    expect(await desk.run('start')).toMatchObject({ status: 0 });
    await until(async () => served.loans.size > 3);
    await served.stop();
    // Who is served by the source hears nothing of it.
    expect(served.failures).toEqual([]);
    await expectNothingLost(served.loans);
  }, 300_000);

  it('of the target stops the stream, every command says so, and it goes on by itself when there is room', async () => {
    const served = serve();
    await disks.target.fill();
    await fillTable(60_000);
    await until(async () => !(await isServing('target')));
    for (const name of ['verify', 'cutover', 'status']) {
      const end = await desk.run(name);
      expect(end).toMatchObject({ status: 1 });
      expect(end.output).toMatch(/target of lending/);
    }
    await makeRoom('target');
    await until(async () => served.loans.size > 3);
    await served.stop();
    expect(served.failures).toEqual([]);
    await expectNothingLost(served.loans);
  }, 300_000);

  it('of the source loses nothing that was acknowledged', async () => {
    const served = serve();
    await until(async () => served.loans.size > 3);
    // Its recovery may find log to use again; then it serves until that is used up too.
    for (let isGone = false; !isGone;) {
      await disks.source.fill();
      await fillTable(120_000).catch(() => undefined);
      isGone = await Promise.race([desk.server('source').exited.then(() => true), sleep(2_000, false)]);
    }
    const end = await desk.run('verify');
    expect(end).toMatchObject({ status: 1 });
    expect(end.output).toMatch(/the source/i);
    await makeRoom('source');
    const before = served.requests();
    await until(async () => served.requests() > before + 20);
    await served.stop();
    await expectNothingLost(served.loans);
    expect(await desk.run('cutover')).toMatchObject({ status: 0 });
  }, 300_000);
});
