import type pg from 'pg';
import { crashPoint } from '@supergraph/platform/events';
import { displayName, readCatalog, STATE_SCHEMA, type Table } from '../catalog/index.js';
import { connect, disconnect } from '../connections/index.js';
import { findTables, ownerOf } from '../mapping/index.js';
import { withMove, type MoveContext, type MoveOptions } from '../move/index.js';
import { dropSlot, ensureSlot, forwardStream, readSlot, reverseStream } from '../replication/index.js';
import { readState, type Side } from '../state/index.js';
import { requireSameShapes } from '../target-schema/index.js';
import { compareTable } from './compare-table.js';
import { comparisonOf } from './comparison.js';
import { openFence, requireStream, type FencePoint } from './fence.js';
import { checkReference } from './references.js';
import type { ReferenceResult, TableReport, VerificationReport } from './report.js';

export interface VerifyOptions extends MoveOptions {
  /** Rows of a table after which the search for more differences ends. Default: 100. */
  readonly maximumDifferences?: number;
  /** Whether the report tells the differing values, which may be personal data. Default: false. */
  readonly showValues?: boolean;
  /** Where another service's database is, for references to services that have moved before. */
  readonly targetUrlOf?: (service: string) => string | undefined;
}

/**
 * Distinct references and ranges are held in memory rather than on the disks that serve the application. The planner takes
 * each row for a range of its own, and would sort the table for a hundred sums.
 */
const SETTINGS = [
  `work_mem = '64MB'`,
  'enable_sort = off',
  'parallel_tuple_cost = 0',
  'parallel_setup_cost = 0',
];

/**
 * Compares every row and column of a service on both sides at one point while writes go on, and the references across
 * services. The result is kept: a cut-over asks for it, and compares what changed after it.
 *
 * @throws MigrationError when the comparison cannot be made; differences are a result
 */
export async function verifyService(options: VerifyOptions): Promise<VerificationReport> {
  return withMove('verify', options, async (context, state) => {
    const { service, mapped, source, target, names } = context;
    const writesTo: Side = state?.writesTo ?? 'source';
    const catalog = await readCatalog(source);
    const tables = findTables(service, mapped, catalog, 'the source');
    await requireSameShapes(context, { catalog, tables });
    const stream = writesTo === 'source' ? forwardStream(context) : reverseStream(context);
    await requireStream(stream);
    const startedAt = new Date().toISOString();
    if (writesTo === 'source') {
      await source.query(`DELETE FROM ${STATE_SCHEMA}.verification WHERE service = $1`, [service]);
      // Made before the fence: it then tells all that changes after it.
      if ((await readSlot(source, names.changes)) !== 'absent') await dropSlot(source, names.changes);
      crashPoint('verify.beforeSlot');
      await ensureSlot(source, names.changes);
      crashPoint('verify.afterSlot');
    }
    const snapshots = { source: await context.connect('source'), target: await context.connect('target') };
    for (const client of [snapshots.source, snapshots.target]) {
      for (const setting of SETTINGS) await client.query(`SET ${setting}`);
    }
    const [lockOfSource, lockOfTarget] = [await context.connect('source'), await context.connect('target')];
    const isForward = writesTo === 'source';
    const fence = await openFence(
      {
        publisherLock: isForward ? lockOfSource : lockOfTarget,
        publisherSnapshot: isForward ? snapshots.source : snapshots.target,
        subscriberLock: isForward ? lockOfTarget : lockOfSource,
        subscriberSnapshot: isForward ? snapshots.target : snapshots.source,
      },
      { service, stream, writesTo, tables, fence: names.fence },
    );
    crashPoint('verify.afterFence');
    const versions = await Promise.all([source, target].map(majorVersion));
    const results = await compareTables(context, snapshots, tables, Math.min(...versions), options);
    const references = await checkReferences(context, snapshots, options.targetUrlOf);
    await Promise.all([snapshots.source.query('COMMIT'), snapshots.target.query('COMMIT')]);
    const report = reportOf(service, startedAt, fence, results, references);
    crashPoint('verify.beforeResult');
    if (writesTo === 'source') {
      await source.query(
        `INSERT INTO ${STATE_SCHEMA}.verification (service, agrees, finished_at, report) VALUES ($1, $2, $3, $4)`,
        [service, report.agrees, report.finishedAt, JSON.stringify(report)],
      );
    }
    return report;
  });
}

/** The last verification of a service that still counts; undefined when there is none. */
export async function readVerification(
  source: pg.Client,
  service: string,
): Promise<VerificationReport | undefined> {
  const { rows } = await source.query<{ report: VerificationReport }>(
    `SELECT report FROM ${STATE_SCHEMA}.verification WHERE service = $1`,
    [service],
  );
  return rows[0]?.report;
}

async function compareTables(
  context: MoveContext,
  snapshots: { readonly source: pg.Client; readonly target: pg.Client },
  tables: ReadonlyArray<Table>,
  oldestVersion: number,
  options: VerifyOptions,
): Promise<ReadonlyArray<TableReport>> {
  const results: TableReport[] = [];
  for (const table of tables) {
    context.report({
      kind: 'count',
      what: `tables compared; now ${displayName(table)}`,
      done: results.length,
      total: tables.length,
    });
    const comparison = comparisonOf(table, oldestVersion);
    const result = await compareTable(snapshots, comparison, {
      maximumDifferences: options.maximumDifferences ?? 100,
      showValues: options.showValues ?? false,
    });
    results.push({ table: displayName(table), columns: comparison.columns, ...result });
  }
  context.report({ kind: 'count', what: 'tables compared', done: results.length, total: tables.length });
  return results;
}

/** In both worlds: all in the old database, and each table where it is served once this service has moved. */
async function checkReferences(
  { mapping, service, source }: MoveContext,
  snapshots: { readonly source: pg.Client; readonly target: pg.Client },
  targetUrlOf: VerifyOptions['targetUrlOf'],
): Promise<ReadonlyArray<ReferenceResult>> {
  const results: ReferenceResult[] = [];
  for (const crossing of mapping.crossings) {
    const owners = [ownerOf(mapping, crossing.table), ownerOf(mapping, crossing.references)];
    if (!owners.includes(service)) continue;
    results.push(
      await checkReference(crossing, {
        referencing: snapshots.source,
        referenced: snapshots.source,
        world: 'shared',
      }),
    );
    const other = owners.find((owner) => owner !== service) ?? service;
    const movedUrl =
      (await readState(source, other))?.writesTo === 'target' ? targetUrlOf?.(other) : undefined;
    const elsewhere =
      movedUrl === undefined
        ? undefined
        : await connect(movedUrl, { what: `the target of ${other}`, applicationName: 'migration verify' });
    try {
      await elsewhere?.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      const place = (owner: string | undefined): pg.Client =>
        owner === service ? snapshots.target : (elsewhere ?? snapshots.source);
      results.push(
        await checkReference(crossing, {
          referencing: place(owners[0]),
          referenced: place(owners[1]),
          world: 'separate',
        }),
      );
    } finally {
      await disconnect(elsewhere);
    }
  }
  return results;
}

function reportOf(
  service: string,
  startedAt: string,
  fence: FencePoint,
  tables: ReadonlyArray<TableReport>,
  references: ReadonlyArray<ReferenceResult>,
): VerificationReport {
  return {
    service,
    startedAt,
    finishedAt: new Date().toISOString(),
    fence,
    tables,
    references,
    agrees: tables.every(({ differingRanges }) => differingRanges === 0),
    referencesHold: references.every(({ orphans }) => orphans === 0),
  };
}

async function majorVersion(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ version: number }>(
    `SELECT current_setting('server_version_num')::int / 10000 AS version`,
  );
  return rows[0]?.version ?? 0;
}
