import { join } from 'node:path';
import type { LauncherLock } from '@supergraph/platform/embedded-postgres';
import { readServices, type Service } from '@supergraph/schema/services';
import { startDeveloperPage, type DeveloperPage } from '../developer-page/server.js';
import { ROOT } from '../root.js';
import { seedDemoData } from '../seed/demo.js';
import { applyCrossingKeys } from './crossing-keys.js';
import { openDataFolder, type DataFolder, type Topology } from './data-folder.js';
import {
  nextServerName,
  prepareDatabase,
  prepareExternalDatabase,
  serverNameOf,
  SHARED,
  startServer,
  type ManagedServer,
  type ServerOptions,
  type ServiceDatabaseUrls,
} from './databases.js';
import { startProcess, type ManagedProcess } from './managed-process.js';
import {
  NEXT_SETTINGS,
  prepareNextDatabases,
  readMoves,
  SHARED_SETTINGS,
  writeMigrationSettings,
  type MoveState,
} from './next-databases.js';
import { findPort } from './ports.js';
import { routerEnvironment, serviceEnvironment, type Addresses } from './process-environment.js';
import { writeSandboxFile } from './sandbox-file.js';
import { openSecrets } from './secrets.js';

/** The steps of a start, in their order. */
export const START_STEPS = ['databases', 'migrations', 'demo data', 'services', 'router'] as const;
export type StartStep = (typeof START_STEPS)[number];

/** How to start the system. */
export interface SystemOptions {
  /** Folder of databases, secrets and logs. */
  readonly dataFolder: string;
  readonly topology: Topology;
  readonly routerPort: number;
  /** Takes free ports everywhere, so that several systems run side by side. */
  readonly anyPorts: boolean;
  /** The supergraph that the router serves; the committed one when not given. */
  readonly supergraphFile?: string;
  /** Fills empty databases with demo data; true when not given. */
  readonly demoData?: boolean;
  /** Variables for the processes, over those of this one. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The data folder as claimed by the caller; claimed here when not given. Released when the system has ended. */
  readonly claim?: LauncherLock;
  /** Gives the start up when it is aborted: what had begun is ended, and the reason is thrown. */
  readonly signal?: AbortSignal;
  /** Told as each step ends, with a few words on what it did. */
  readonly onStep?: (step: StartStep, detail: string) => void;
  /** Told whatever else a person should know: a port that was taken, a process that ended. */
  readonly onNotice?: (message: string) => void;
}

/** A service as it runs. */
export interface RunningService {
  readonly service: Service;
  readonly process: ManagedProcess;
  readonly databaseUrls: ServiceDatabaseUrls;
}

/** The system as it runs. */
export interface RunningSystem {
  readonly routerUrl: string;
  /** The page with mails, webhooks and due payments. */
  readonly developerUrl: string;
  readonly router: ManagedProcess;
  readonly services: ReadonlyArray<RunningService>;
  readonly servers: ReadonlyArray<ManagedServer>;
  readonly folder: DataFolder;
  stop(): Promise<void>;
}

/**
 * Starts everything: PostgreSQL servers, migrations, demo data, services, router. What had begun is ended again
 * when a step fails.
 *
 * @throws {AlreadyRunningError} when another launcher runs on the same data folder
 */
export async function startSystem(options: SystemOptions): Promise<RunningSystem> {
  const folder = openDataFolder(options.dataFolder);
  const claim = options.claim ?? (await folder.claim());
  try {
    return await startClaimed(options, folder, claim);
  } catch (error) {
    await claim.release();
    throw error;
  }
}

async function startClaimed(
  options: SystemOptions,
  folder: DataFolder,
  claim: LauncherLock,
): Promise<RunningSystem> {
  const services = readServices(ROOT);
  const source = { ...process.env, ...options.environment };
  const secret = openSecrets(folder);
  const endStep = (step: StartStep, detail: string): void => {
    options.signal?.throwIfAborted();
    options.onStep?.(step, detail);
  };
  const onNotice = options.onNotice ?? (() => undefined);
  const serverOptions: ServerOptions = {
    folder,
    topology: options.topology,
    services,
    secret,
    anyPorts: options.anyPorts,
    onNotice,
  };
  const servers: ManagedServer[] = [];
  const processes: ManagedProcess[] = [];
  let developerPage: DeveloperPage | undefined;
  const stop = async (): Promise<void> => {
    try {
      await developerPage?.stop();
      // From the outside in: nobody asks a service any more when it ends, nor a database.
      await Promise.all(processes.filter(({ name }) => name === 'router').map((process) => process.stop()));
      await Promise.all(processes.map((process) => process.stop()));
      await Promise.all(servers.map((server) => server.stop()));
    } finally {
      folder.clearRunning();
      await claim.release();
    }
  };

  try {
    const embedded = services.filter(
      ({ environmentPrefix }) => !process.env[`${environmentPrefix}_DATABASE_URL`],
    );
    const isShared = options.topology === 'shared' && embedded.length > 0;
    await collect(servers, [
      ...[...new Set(embedded.map((service) => serverNameOf(service, options.topology)))].map((name) =>
        startServer(
          serverOptions,
          name,
          services.find((service) => serverNameOf(service, options.topology) === name)?.databasePort,
          isShared ? SHARED_SETTINGS : {},
        ),
      ),
      ...(isShared ? embedded : []).map((service) =>
        startServer(serverOptions, nextServerName(service), undefined, NEXT_SETTINGS),
      ),
    ]);
    const shared = isShared ? servers[0] : undefined;
    const moves =
      shared === undefined
        ? new Map<string, MoveState>()
        : await readMoves(shared.server().superuserUrl(SHARED.database));
    endStep('databases', servers.map(({ name, server }) => `${name} :${server().port}`).join('  '));

    const databases = new Map<string, ServiceDatabaseUrls>();
    let applied = 0;
    await inOrderWhenShared(options.topology, services, async (service) => {
      const server = servers.find(({ name }) => name === serverNameOf(service, options.topology));
      const prepared =
        server === undefined || !embedded.includes(service)
          ? await prepareExternal(service, onNotice)
          : // A change of the tables would not pass to where they are going.
            await prepareDatabase(serverOptions, service, server.server(), {
              migrate: !moves.has(service.name),
            });
      databases.set(service.name, prepared.urls);
      applied += prepared.applied.length;
    });
    const next =
      shared === undefined
        ? undefined
        : await prepareNextDatabases({ shared, servers, services: embedded, moves, secret });
    applied += next?.applied.length ?? 0;
    if (shared !== undefined) {
      const url = shared.server().superuserUrl(SHARED.database);
      // Where a service is on the move its foreign keys are the migration's.
      const names = embedded.map(({ name }) => name).filter((name) => !moves.has(name));
      (await applyCrossingKeys(url, names)).forEach(onNotice);
    }
    for (const [name, { phase }] of moves) {
      if (phase !== 'finished') {
        onNotice(`${name} is on the move (${phase}): its migrations wait until the move is finished.`);
      }
    }
    endStep('migrations', applied === 0 ? 'up to date' : `${applied} applied`);

    // Never a database that somebody else runs: the demo logins' password is public.
    const owned = new Map(
      [...databases]
        .filter(([name]) => embedded.some((service) => service.name === name))
        .map(([name, urls]): [string, ServiceDatabaseUrls] => {
          const isMoved = moves.get(name)?.writesTo === 'target';
          return [name, isMoved ? (next?.urls.get(name) ?? urls) : urls];
        }),
    );
    const seeded = options.demoData === false ? undefined : await seedDemoData(ownerUrlsOf(owned));
    endStep('demo data', seeded ?? 'kept as it was');

    const addresses = await findAddresses(services, options, onNotice);
    await collect(
      processes,
      services.map((service) =>
        startProcess({
          name: service.name,
          module: join(service.folder, 'dist', 'main.js'),
          environment: serviceEnvironment({
            service,
            services,
            addresses,
            secret,
            source,
            databaseUrl: databases.get(service.name)?.serviceUrl ?? '',
            nextDatabaseUrl: next?.urls.get(service.name)?.serviceUrl,
          }),
          logFile: folder.logFile(service.name),
          stopMilliseconds: STOP_MILLISECONDS,
          onNotice,
        }),
      ),
    );
    const runningServices = services.map((service) => ({
      service,
      process: find(processes, service.name),
      databaseUrls: databases.get(service.name) ?? { serviceUrl: '', ownerUrl: undefined },
    }));
    endStep('services', processes.map(({ name, url }) => `${name} :${new URL(url).port}`).join('  '));

    const router = await startProcess({
      name: 'router',
      module: join(ROOT, 'router', 'dist', 'main.js'),
      environment: routerEnvironment({
        services,
        addresses,
        secret,
        source,
        supergraphFile: options.supergraphFile ?? join(ROOT, 'schema', 'supergraph.graphql'),
        sandboxFile: writeSandboxFile(folder, ROOT),
      }),
      logFile: folder.logFile('router'),
      stopMilliseconds: STOP_MILLISECONDS,
      onNotice,
    });
    processes.push(router);
    const routerUrl = `http://localhost:${new URL(router.url).port}`;
    const serviceUrls = Object.fromEntries(
      runningServices.map(({ service, process }) => [service.name, process.url]),
    );
    developerPage = await startDeveloperPage({
      port: addresses.developerPort,
      services: serviceUrls,
      routerUrl,
    });
    if (next !== undefined) {
      writeMigrationSettings(folder, {
        sourceUrl: next.migrationUrl,
        gateSecret: secret('GATE_SECRET'),
        gateUrls: new Map(Object.entries(serviceUrls)),
        next: next.urls,
      });
    }
    folder.writeRunning({
      processId: process.pid,
      topology: options.topology,
      routerUrl,
      ownerUrls: ownerUrlsOf(databases),
      nextOwnerUrls: ownerUrlsOf(next?.urls ?? new Map()),
      ownDatabases: [...owned.keys()],
      serviceUrls,
    });
    endStep('router', routerUrl);
    return {
      routerUrl,
      developerUrl: developerPage.url,
      router,
      services: runningServices,
      servers,
      folder,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const STOP_MILLISECONDS = 12_000;
/** Next to the services. */
const DEVELOPER_PORT = 4_010;

/** A database that somebody else runs: migrated when the owner's address is given, else taken as it is. */
async function prepareExternal(
  service: Service,
  onNotice: (message: string) => void,
): Promise<{ readonly urls: ServiceDatabaseUrls; readonly applied: ReadonlyArray<string> }> {
  const prefix = service.environmentPrefix;
  const serviceUrl = process.env[`${prefix}_DATABASE_URL`] ?? '';
  const ownerUrl = process.env[`${prefix}_DATABASE_OWNER_URL`];
  if (ownerUrl === undefined) {
    onNotice(
      `${service.name}: ${prefix}_DATABASE_OWNER_URL is not set, so its tables are taken as they are.`,
    );
    return { urls: { serviceUrl, ownerUrl }, applied: [] };
  }
  const { applied } = await prepareExternalDatabase(service, { ownerUrl, serviceUrl });
  return { urls: { serviceUrl, ownerUrl }, applied };
}

/** Waits for all, keeps what succeeded even when one fails, so that it can be ended. */
async function collect<Item>(into: Item[], work: ReadonlyArray<Promise<Item>>): Promise<void> {
  const results = await Promise.allSettled(work);
  for (const result of results) {
    if (result.status === 'fulfilled') {
      into.push(result.value);
    }
  }
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) {
    throw failed.reason;
  }
}

/** One server's roles and databases are made one after another; separate servers side by side. */
async function inOrderWhenShared(
  topology: Topology,
  services: ReadonlyArray<Service>,
  work: (service: Service) => Promise<void>,
): Promise<void> {
  if (topology === 'separate') {
    await Promise.all(services.map((service) => work(service)));
    return;
  }
  for (const service of services) {
    await work(service);
  }
}

async function findAddresses(
  services: ReadonlyArray<Service>,
  options: SystemOptions,
  onNotice: (message: string) => void,
): Promise<Addresses> {
  const taken = new Set<number>();
  const take = async (name: string, wished: number): Promise<number> => {
    const port = await findPort(options.anyPorts ? 0 : wished, taken);
    taken.add(port);
    if (!options.anyPorts && port !== wished) {
      onNotice(`Port ${wished} of ${name} is taken by another program; it listens on ${port} instead.`);
    }
    return port;
  };
  const routerPort = await take('the router', options.routerPort);
  const servicePorts = new Map<string, number>();
  for (const service of services) {
    servicePorts.set(service.name, await take(service.name, service.port));
  }
  const developerPort = await take('the page for developers', DEVELOPER_PORT);
  return { routerPort, developerPort, servicePorts };
}

function ownerUrlsOf(databases: ReadonlyMap<string, ServiceDatabaseUrls>): Record<string, string> {
  return Object.fromEntries(
    [...databases].flatMap(([name, { ownerUrl }]) => (ownerUrl === undefined ? [] : [[name, ownerUrl]])),
  );
}

function find(processes: ReadonlyArray<ManagedProcess>, name: string): ManagedProcess {
  const found = processes.find((process) => process.name === name);
  if (found === undefined) {
    throw new Error(`${name} was not started.`);
  }
  return found;
}
