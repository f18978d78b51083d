import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readVariable, secretNameFor } from '@supergraph/platform/configuration';
import { createReplicaClient, type Replica, type ReplicaDescription } from '@supergraph/platform/events';
import { readServices } from '@supergraph/schema/services';
import type { DataFolder } from '../launcher/data-folder.js';
import { openSecrets } from '../launcher/secrets.js';
import { ROOT } from '../root.js';
import { withServiceTables } from './open-service-database.js';

/** A replica that a service keeps, ready to be compared with its owner. */
export interface OpenReplica {
  readonly service: string;
  /** Name of the owner’s rows: `users`. */
  readonly name: string;
  readonly replica: Replica;
}

/**
 * Opens the replicas of services for the time of `work`.
 *
 * @param names of the services; all of them when none is named
 * @throws when there is no such service, or it or an owner cannot be reached
 */
export function withReplicas<Result>(
  folder: DataFolder,
  names: ReadonlyArray<string>,
  work: (replicas: ReadonlyArray<OpenReplica>) => Promise<Result>,
): Promise<Result> {
  const services = readServices(ROOT);
  return withServiceTables(folder, names, async (tables) => {
    const opened = await Promise.all(
      tables.map(async ({ service, pool }) => {
        const path = services.find(({ name }) => name === service)?.folder ?? '';
        const { REPLICAS = [] } = (await import(pathToFileURL(join(path, 'dist', 'index.js')).href)) as {
          readonly REPLICAS?: ReadonlyArray<ReplicaDescription>;
        };
        return REPLICAS.map(({ source, name, ...description }): OpenReplica => {
          const client = createReplicaClient({
            source,
            name,
            urls: findUrls(folder, source),
            caller: service,
            secret: findSecret(folder, source, service),
          });
          return { service, name, replica: { ...description, client, pool } };
        });
      }),
    );
    const replicas = opened.flat();
    try {
      return await work(replicas);
    } finally {
      await Promise.all(replicas.map(({ replica }) => replica.client.close()));
    }
  });
}

function findUrls(folder: DataFolder, source: string): ReadonlyArray<string> {
  const name = `${source.toUpperCase()}_URLS`;
  const told = process.env[name];
  const running = folder.readRunning()?.serviceUrls[source];
  const urls = told === undefined || told === '' ? (running === undefined ? [] : [running]) : told.split(',');
  if (urls.length === 0) {
    throw new Error(
      `Where ${source} answers is not known. Start the system with \`npm start\`, or set ${name}.`,
    );
  }
  return urls;
}

/** What the environment tells, else what the embedded default made. */
function findSecret(folder: DataFolder, source: string, caller: string): string {
  const name = secretNameFor(source, caller);
  return readVariable(name, process.env, []) ?? openSecrets(folder)(name);
}
