import type pg from 'pg';
import { crashPoint } from '@supergraph/platform/events';
import type { Table } from '../catalog/index.js';
import { MigrationError } from '../errors/index.js';
import type { MoveContext } from '../move/index.js';
import { forwardStream, readSlot } from '../replication/index.js';
import {
  compareKeys,
  openFence,
  readChangedKeys,
  readVerification,
  type ChangedKeys,
  type KeyDifference,
} from '../verify/index.js';

/** Beyond this many changed rows comparing them is no quicker than verifying anew. */
const MAXIMUM_KEYS = 500_000;
/** So few that they are compared within the outage. */
const FEW_KEYS = 500;
const ROUNDS = 5;

/** @throws {MigrationError} `NOT_VERIFIED` */
export async function requireVerification({ service, source, names }: MoveContext): Promise<void> {
  const verification = await readVerification(source, service);
  if (verification === undefined) {
    throw new MigrationError('NOT_VERIFIED', `${service} has not been verified. Run \`verify\` first.`);
  }
  if (!verification.agrees) {
    throw new MigrationError(
      'NOT_VERIFIED',
      `The last verification of ${service} found differences. Correct them, then run \`verify\` again.`,
    );
  }
  const slot = await readSlot(source, names.changes);
  if (slot !== 'usable') {
    throw new MigrationError(
      'NOT_VERIFIED',
      `What changed since the verification of ${service} is not known any more: its slot is ${slot === 'lost' ? 'lost' : 'gone'}. Run \`verify\` again.`,
    );
  }
}

/**
 * Compares what changed since the verification while writes go on, until so little is left that it can be compared
 * within the outage.
 *
 * @throws {MigrationError} `DIFFERENT`, `NOT_VERIFIED`
 */
export async function compareChangesBefore(
  context: MoveContext,
  tables: ReadonlyArray<Table>,
  oldestVersion: number,
): Promise<void> {
  const { service, source, names, report } = context;
  const sessions = {
    publisherLock: await context.connect('source'),
    publisherSnapshot: await context.connect('source'),
    subscriberLock: await context.connect('target'),
    subscriberSnapshot: await context.connect('target'),
  };
  for (let round = 1; round <= ROUNDS; round += 1) {
    const point = await openFence(sessions, {
      service,
      stream: forwardStream(context),
      writesTo: 'source',
      tables,
      fence: names.fence,
    });
    const keys = await readChanges(context, source, tables, point.walPosition);
    const count = countOf(keys);
    report({ kind: 'step', text: `comparing ${count} rows that changed since the verification` });
    const { publisherSnapshot, subscriberSnapshot } = sessions;
    const differences = await compareKeys(
      [publisherSnapshot, subscriberSnapshot],
      tables,
      keys,
      oldestVersion,
    );
    await Promise.all([publisherSnapshot.query('COMMIT'), subscriberSnapshot.query('COMMIT')]);
    requireNone(service, differences);
    crashPoint('cutover.afterComparingChanges');
    await source.query('SELECT pg_replication_slot_advance($1, $2::pg_lsn)', [
      names.changes,
      point.walPosition,
    ]);
    if (count <= FEW_KEYS) return;
  }
}

/** Compares the rest, while nobody writes on either side. */
export async function compareChangesWithin(
  context: MoveContext,
  tables: ReadonlyArray<Table>,
  oldestVersion: number,
): Promise<void> {
  const keys = await readChanges(context, context.source, tables, undefined);
  requireNone(
    context.service,
    await compareKeys([context.source, context.target], tables, keys, oldestVersion),
  );
}

function readChanges(
  { names }: MoveContext,
  client: pg.Client,
  tables: ReadonlyArray<Table>,
  upTo: string | undefined,
): Promise<ChangedKeys> {
  return readChangedKeys(client, {
    slot: names.changes,
    publication: names.publication,
    tables,
    maximumKeys: MAXIMUM_KEYS,
    ...(upTo === undefined ? {} : { upTo }),
  });
}

function countOf(keys: ChangedKeys): number {
  return [...keys.values()].reduce((sum, { length }) => sum + length, 0);
}

function requireNone(service: string, differences: ReadonlyArray<KeyDifference>): void {
  if (differences.length === 0) return;
  const shown = differences.slice(0, 5).map(({ table, key }) => `${table} ${key.join(', ')}`);
  throw new MigrationError(
    'DIFFERENT',
    `${differences.length} rows of ${service} that were written since the verification are not the same on both sides: ${shown.join('; ')}. Run \`verify\` to see the columns.`,
  );
}
