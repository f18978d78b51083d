import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import express from 'express';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { startTemporaryPostgres, type TemporaryPostgres } from '../../embedded-postgres/index.js';
import { testTelemetry } from '../../testing/test-telemetry.js';
import { openSession } from '../session.js';
import { createGatedDatabase, type GatedDatabase } from './gated-database.js';
import { addGateRoutes, GATE_PATH } from './gate-routes.js';

const SECRET = 'secret-of-a-test-that-is-long-enough';
let server: TemporaryPostgres;
let urls: { source: string; target: string };
let admins: { source: pg.Client; target: pg.Client };
let database: GatedDatabase;

beforeAll(async () => {
  server = await startTemporaryPostgres();
  const admin = new pg.Client({ connectionString: server.superuserUrl() });
  await admin.connect();
  await admin.query('CREATE DATABASE old_world');
  await admin.query('CREATE DATABASE new_world');
  await admin.end();
  urls = { source: server.superuserUrl('old_world'), target: server.superuserUrl('new_world') };
  admins = {
    source: new pg.Client({ connectionString: urls.source }),
    target: new pg.Client({ connectionString: urls.target }),
  };
  await Promise.all([admins.source.connect(), admins.target.connect()]);
});
afterAll(async () => {
  await Promise.all([admins.source.end(), admins.target.end()]);
  await server.stop('immediate');
});
beforeEach(() => {
  database = createGatedDatabase({ service: 'shop', urls, schema: 'public', ...testTelemetry('shop') });
});
afterEach(() => database.close());

/** What the migration writes down in each database. */
async function tell(side: 'source' | 'target', open: boolean): Promise<void> {
  await admins[side].query(`
    CREATE SCHEMA IF NOT EXISTS supergraph_migration;
    CREATE TABLE IF NOT EXISTS supergraph_migration.place (service text PRIMARY KEY, side text, open boolean);
    INSERT INTO supergraph_migration.place VALUES ('shop', '${side}', ${open})
      ON CONFLICT (service) DO UPDATE SET open = excluded.open`);
}

async function where(): Promise<string> {
  const { rows } = await database.pool.query<{ name: string }>('SELECT current_database() AS name');
  return rows[0]!.name;
}

describe('the gate before a database', () => {
  it('uses the source while no migration has begun', async () => {
    expect(await where()).toBe('old_world');
    expect(database.gate.state).toBe('source');
  });

  it('holds who comes after, waits for who runs, and lets them go to the other side', async () => {
    await where();
    const running = await database.pool.connect();
    const holding = database.gate.hold({ deadlineMilliseconds: 30_000, leaseMilliseconds: 60_000 });
    const held = Promise.all([where(), where()]);
    let settled = false;
    void held.then(() => (settled = true));
    expect((await running.query<{ name: string }>('SELECT current_database() AS name')).rows[0]!.name).toBe(
      'old_world',
    );
    expect(database.gate.running).toBe(1);
    running.release();
    expect(await holding).toBe(true);
    expect(settled).toBe(false);
    database.gate.release('target');
    expect(await held).toEqual(['new_world', 'new_world']);
    database.gate.release('source');
    expect(await where()).toBe('old_world');
  });

  it('says when those that run did not end in time', async () => {
    const running = await database.pool.connect();
    expect(await database.gate.hold({ deadlineMilliseconds: 20, leaseMilliseconds: 60_000 })).toBe(false);
    database.gate.release('source');
    running.release();
    expect(await where()).toBe('old_world');
  });

  it('finds the open side by itself when whoever held it is gone, and after a start', async () => {
    await where();
    await database.gate.hold({ deadlineMilliseconds: 1_000, leaseMilliseconds: 50 });
    await tell('source', false);
    await tell('target', false);
    const held = where();
    await tell('target', true);
    expect(await held).toBe('new_world');
    await database.close();
    database = createGatedDatabase({ service: 'shop', urls, schema: 'public', ...testTelemetry('shop') });
    expect(await where()).toBe('new_world');
  });

  it('notices that the side in use was closed', async () => {
    await tell('source', false);
    await tell('target', true);
    database.gate.release('source');
    const end = Date.now() + 30_000;
    while ((await where()) !== 'new_world') {
      if (Date.now() > end) throw new Error('It never noticed.');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await tell('source', true);
    await tell('target', false);
  });

  it('opens sessions beside the pool on the open side, and ends them when it is left', async () => {
    const name = async (client: pg.Client): Promise<string> =>
      (await client.query<{ name: string }>('SELECT current_database() AS name')).rows[0]!.name;
    database.gate.release('source');
    const session = await openSession(database.pool);
    expect(await name(session)).toBe('old_world');
    const ended = new Promise((resolve) => session.once('end', resolve));
    // A session is nobody's transaction: it does not keep the gate from draining.
    expect(await database.gate.hold({ deadlineMilliseconds: 30_000, leaseMilliseconds: 60_000 })).toBe(true);
    await ended;
    const next = openSession(database.pool);
    database.gate.release('target');
    expect(await name(await next)).toBe('new_world');
    await (await next).end();
  });

  it('obeys over HTTP, whoever has the secret only', async () => {
    const app = express();
    addGateRoutes(app, { gate: database.gate, secret: SECRET });
    const listening = await new Promise<Server>((resolve) => {
      const http = app.listen(0, '127.0.0.1', () => resolve(http));
    });
    const url = `http://127.0.0.1:${(listening.address() as AddressInfo).port}${GATE_PATH}`;
    const post = async (path: string, body: unknown, secret = SECRET) => {
      const answer = await fetch(`${url}/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
        body: JSON.stringify(body),
      });
      return { status: answer.status, body: await answer.json() };
    };
    const hold = { deadlineMilliseconds: 1_000, leaseMilliseconds: 60_000 };
    expect((await post('hold', hold, 'wrong')).status).toBe(403);
    expect((await fetch(url)).status).toBe(403);
    expect((await post('hold', { ...hold, leaseMilliseconds: -1 })).status).toBe(400);
    expect(await post('hold', hold)).toEqual({ status: 200, body: { drained: true, running: 0 } });
    expect(database.gate.state).toBe('held');
    expect((await post('release', { side: 'elsewhere' })).status).toBe(400);
    expect(await post('release', { side: 'target' })).toEqual({
      status: 200,
      body: { state: 'target', running: 0 },
    });
    await new Promise((resolve) => listening.close(resolve));
  });
});
