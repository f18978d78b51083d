import { compareReplica, rebuildReplica, repairReplica } from '@supergraph/platform/events';
import Table from 'cli-table3';
import type { Command, Option } from 'commander';
import { openDataFolder } from '../launcher/data-folder.js';
import { TABLE_STYLE } from '../presentation/system-table.js';
import { withReplicas, type OpenReplica } from '../services/open-replicas.js';

interface CheckOptions {
  readonly data: string;
  readonly repair: boolean;
  readonly json: boolean;
}

/** What a check found, as `--json` prints it. */
interface Checked {
  readonly replica: string;
  readonly rows: number;
  readonly differences: ReadonlyArray<{
    readonly key: string;
    readonly kind: string;
    readonly columns: ReadonlyArray<string>;
  }>;
  /** False when there are more differences than these. */
  readonly isComplete: boolean;
  /** Null unless a repair was asked for. */
  readonly repaired: { readonly written: number; readonly deleted: number } | null;
}

/** Adds `replica check | rebuild`. */
export function addReplicaCommands(program: Command, dataOption: () => Option): void {
  const replica = program
    .command('replica')
    .description('Compare what services keep of each other’s rows with the owners, and mend it.');
  replica
    .command('check')
    .description(
      'Compare with the owner, row by row at a settled position, while both go on. Ends with status 1 when rows differ.',
    )
    .argument('[services...]', 'whose replicas; those of all services when none is named')
    .option('--repair', 'give the rows that differ the state that their owner has', false)
    .option('--json', 'print JSON for programs', false)
    .addOption(dataOption())
    .action((services: string[], options: CheckOptions) => check(services, options));
  replica
    .command('rebuild')
    .description('Take over every row of the owner anew, and delete what it does not have.')
    .argument('<service>', 'whose replicas')
    .addOption(dataOption())
    .action((service: string, options: { data: string }) => rebuild(service, options.data));
}

async function check(services: ReadonlyArray<string>, options: CheckOptions): Promise<void> {
  const checked = await withReplicas(openDataFolder(options.data), services, async (replicas) => {
    requireSome(replicas, services);
    const results: Checked[] = [];
    for (const one of replicas) {
      const comparison = await compareReplica(one.replica);
      const mustRepair = options.repair && comparison.differences.length > 0;
      const repaired = mustRepair
        ? // There may be more than were found: then every range is looked at.
          await repairReplica(one.replica, comparison.isComplete ? comparison.differences : undefined)
        : null;
      results.push({ replica: describe(one), ...comparison, repaired });
    }
    return results;
  });
  process.stdout.write(
    options.json ? `${JSON.stringify(checked, null, 2)}\n` : `${checked.map(report).join('\n')}\n`,
  );
  const isWrong = checked.some(({ differences, repaired }) => differences.length > 0 && repaired === null);
  process.exitCode = isWrong ? 1 : 0;
}

async function rebuild(service: string, data: string): Promise<void> {
  await withReplicas(openDataFolder(data), [service], async (replicas) => {
    requireSome(replicas, [service]);
    for (const one of replicas) {
      const begin = performance.now();
      const { written, deleted } = await rebuildReplica(one.replica);
      const seconds = ((performance.now() - begin) / 1_000).toFixed(1);
      process.stdout.write(
        `${describe(one)}: ${written} rows taken over, ${deleted} deleted, ${seconds} s\n`,
      );
    }
  });
}

function requireSome(replicas: ReadonlyArray<OpenReplica>, services: ReadonlyArray<string>): void {
  if (replicas.length === 0) {
    throw new Error(`${services.length === 0 ? 'No service' : services.join(' and ')} keeps a replica.`);
  }
}

function describe({ service, name, replica }: OpenReplica): string {
  return `${service}: ${replica.table}, of ${replica.client.source}’s ${name}`;
}

function report({ replica, rows, differences, isComplete, repaired }: Checked): string {
  if (differences.length === 0) {
    return `${replica}: ${rows} rows, none differs`;
  }
  const table = new Table({ head: ['row', 'what', 'columns'], ...TABLE_STYLE });
  table.push(...differences.slice(0, 50).map(({ key, kind, columns }) => [key, kind, columns.join(', ')]));
  const more = isComplete ? `${differences.length} differ` : `more than ${differences.length} differ`;
  const end =
    repaired === null
      ? 'Add --repair to give them the state that their owner has.'
      : `Repaired: ${repaired.written} written, ${repaired.deleted} deleted.`;
  return `${replica}: ${rows} rows, ${more}\n${table.toString()}\n${end}`;
}
