import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTemporaryPostgres, type TemporaryPostgres } from '@supergraph/platform/embedded-postgres';
import { findCrashPoints } from '@supergraph/platform/events';
import pg from 'pg';
import { migrateMonolith, MONOLITH_MAPPING } from '../../fixtures/monolith.js';
import { readMapping } from '../mapping/index.js';
import { buildTestCommand, type TestCommand } from '../testing/command.js';
import { adopt, undoAdopt, type AdoptOptions } from './index.js';

let server: TemporaryPostgres;
let client: pg.Client;
let command: TestCommand;
let before: unknown;

beforeAll(async () => {
  server = await startTemporaryPostgres();
  await migrateMonolith(server.superuserUrl());
  client = new pg.Client({ connectionString: server.superuserUrl() });
  await client.connect();
  before = await world();
  command = await buildTestCommand();
});
afterAll(async () => {
  await command?.remove();
  await client?.end();
  await server?.stop('immediate');
});

/** Every relation with its columns, defaults and constraints; views by their definitions. */
async function world(): Promise<unknown> {
  const { rows } = await client.query(
    `SELECT n.nspname, c.relname, c.relkind, c.relacl::text,
            CASE c.relkind WHEN 'v' THEN pg_get_viewdef(c.oid) END AS view,
            ARRAY(SELECT a.attname || ' ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '') FROM pg_attribute a
                    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
                   WHERE a.attrelid = c.oid AND a.attnum > 0 ORDER BY a.attnum) AS columns,
            ARRAY(SELECT pg_get_constraintdef(k.oid) FROM pg_constraint k WHERE k.conrelid = c.oid ORDER BY 1) AS keys
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname !~ '^(pg_|information_schema|supergraph_)' ORDER BY 1, 2`,
  );
  return rows;
}

/** In a process of its own, which dies there. */
async function runUntilKilled(args: ReadonlyArray<string>, crashAt: string): Promise<void> {
  const killed = await command.run(['adopt', '--mapping', MONOLITH_MAPPING, ...args], {
    MIGRATION_SOURCE_URL: server.superuserUrl(),
    MIGRATION_CRASH_AT: crashAt,
  });
  expect(killed.signal).toBe('SIGKILL');
}

async function options(): Promise<AdoptOptions> {
  return { url: server.superuserUrl(), mapping: await readMapping(MONOLITH_MAPPING) };
}

const POINTS = findCrashPoints([fileURLToPath(new URL('.', import.meta.url))]);
const ON_THE_WAY_BACK = /Return|Removing/;

describe('adopt that is killed', () => {
  it.each(POINTS.filter((point) => !ON_THE_WAY_BACK.test(point)))(
    'at %s goes on with the next run, and is undone to the last detail',
    async (point) => {
      // Not the first time that it comes by, where it does so more than once.
      await runUntilKilled([], /Move|Schema/.test(point) ? `${point}:3` : point);
      const { moved, inPlace } = await adopt(await options());
      expect(moved.length).toBeGreaterThan(0);
      expect(moved.length + inPlace.length).toBe(9);
      expect((await undoAdopt(await options())).returned).toHaveLength(9);
      expect(await world()).toEqual(before);
    },
  );

  it.each(POINTS.filter((point) => ON_THE_WAY_BACK.test(point)))(
    'on the way back at %s goes on with the next run',
    async (point) => {
      await adopt(await options());
      await runUntilKilled(['--undo'], `${point}:3`);
      await undoAdopt(await options());
      expect(await world()).toEqual(before);
    },
  );
});
