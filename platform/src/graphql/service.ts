import { readFileSync } from 'node:fs';
import type { Express } from 'express';
import type { ServiceConfiguration } from '../configuration/index.js';
import { addGateRoutes, createDatabase, createGatedDatabase, type Database } from '../database/index.js';
import {
  createEventContracts,
  createServiceEvents,
  type ConsumerDefinition,
  type EventSchema,
  type Outbox,
  type SqlTransaction,
  type TransactionRunner,
} from '../events/index.js';
import type { ReadinessCheck, Telemetry } from '../http/index.js';
import {
  createCallerVerifier,
  createRemoteKeys,
  createTokenVerifier,
  type VerificationKeys,
} from '../identity/index.js';
import { startSubgraph, type RunningSubgraph, type SubgraphRequest } from './subgraph.js';

/** What a service makes its own parts from. */
export interface ServiceBase {
  readonly database: Database;
  /** Where its events are appended, in the transaction of the change. */
  readonly outbox: Outbox;
  /** As of when what a consumer keeps is current, by the consumer's name; null when it never was. */
  readonly currentAt: (consumer: string) => Date | null;
}

/** What a service makes over its database. */
export interface ServiceParts<Context extends object, Transaction extends SqlTransaction> {
  readonly resolvers: unknown;
  /** Makes what resolvers get; called once a request, so loaders made here live that long. */
  readonly createContext: (request: SubgraphRequest) => Context;
  /** Runs a transaction of the service's database; consumers of events work in it. */
  readonly runInTransaction: TransactionRunner<Transaction>;
  /** What it hears. */
  readonly consumers: ReadonlyArray<ConsumerDefinition<Transaction>>;
  /** The keys of the service that signs tokens itself; others get them from there. */
  readonly getKey?: VerificationKeys['getKey'];
  /** Besides that of the database. */
  readonly readiness?: Readonly<Record<string, ReadinessCheck>>;
  /** Adds routes beside `/graphql`. */
  readonly routes?: (app: Express) => void;
  /** Begins work of its own, such as a worker; called when the service listens at `url`. */
  readonly start?: (url: string) => void;
  /** Ends that work, while the database is still there. */
  readonly stop?: () => Promise<void>;
  /** Closes what else the service opened. */
  readonly close?: () => Promise<void>;
}

/**
 * Starts a service: a subgraph over one database of its own, which tells its events at `/events` and hears those of
 * others. Nothing connects before it is needed, so it starts while its database is away.
 *
 * @param options.name of the service and of the PostgreSQL schema that holds its tables
 * @param options.eventSchemas the contracts of all events, as the build writes them into the service
 * @param options.open makes the service's own parts over the database
 * @throws when the port is taken, with everything closed again
 */
export async function startService<Context extends object, Transaction extends SqlTransaction>(options: {
  readonly name: string;
  readonly configuration: ServiceConfiguration & { readonly jwksUrl?: string };
  readonly telemetry: Telemetry;
  /** Where `schema.graphql` lies. */
  readonly sdlFile: URL;
  readonly eventSchemas: ReadonlyArray<EventSchema>;
  readonly open: (base: ServiceBase) => ServiceParts<Context, Transaction>;
}): Promise<RunningSubgraph> {
  const { name, configuration, telemetry } = options;
  const { common } = configuration;
  const { database, addRoutes } = openDatabase(name, configuration, telemetry);
  const events = createServiceEvents({
    name,
    pool: database.pool,
    configuration: configuration.events,
    contracts: createEventContracts(options.eventSchemas),
    verifyCaller: createCallerVerifier(configuration.callerSecrets),
    ...telemetry,
  });
  const parts = options.open({
    database,
    outbox: events.outbox,
    currentAt: (consumer) => events.currentAt(consumer),
  });
  const keys =
    configuration.jwksUrl === undefined
      ? undefined
      : createRemoteKeys(configuration.jwksUrl, telemetry.logger);
  const getKey = parts.getKey ?? keys?.getKey;
  const release = async (): Promise<void> => {
    keys?.stop();
    await events.stop();
    await parts.close?.();
    await database.close();
  };
  try {
    if (getKey === undefined) {
      throw new Error(`\`${name}\` has no keys to verify access tokens by.`);
    }
    const subgraph = await startSubgraph({
      name,
      port: configuration.port,
      common,
      sdl: readFileSync(options.sdlFile, 'utf8'),
      resolvers: parts.resolvers,
      createContext: parts.createContext,
      callerSecrets: configuration.callerSecrets,
      verifyToken: createTokenVerifier({
        getKey,
        issuer: common.tokenIssuer,
        audience: common.tokenAudience,
      }),
      readiness: { database: () => database.check(), ...parts.readiness },
      ...telemetry,
      routes: (app) => {
        app.get('/events', events.handle);
        addRoutes(app);
        parts.routes?.(app);
      },
    });
    parts.start?.(subgraph.url);
    events.start(parts.runInTransaction, parts.consumers);
    return {
      url: subgraph.url,
      async stop() {
        // Open answers of the feed would hold up the drain.
        events.stopTelling();
        await subgraph.stop();
        await parts.stop?.();
        await release();
      },
    };
  } catch (error) {
    await release();
    throw error;
  }
}

/** The service's one database; or a gate before two, while it may move from the first to the second. */
function openDatabase(
  name: string,
  { databaseUrl, move }: ServiceConfiguration,
  telemetry: Telemetry,
): { readonly database: Database; readonly addRoutes: (app: Express) => void } {
  if (move === undefined) {
    return {
      database: createDatabase({ url: databaseUrl, schema: name, ...telemetry }),
      addRoutes: () => undefined,
    };
  }
  const urls = { source: databaseUrl, target: move.nextDatabaseUrl };
  const database = createGatedDatabase({ service: name, urls, schema: name, ...telemetry });
  return {
    database,
    addRoutes: (app) => addGateRoutes(app, { gate: database.gate, secret: move.gateSecret }),
  };
}
