import { readFileSync } from 'node:fs';
import type { ServiceConfiguration } from '../configuration/index.js';
import { createDatabase, type Database } from '../database/index.js';
import type { Telemetry } from '../http/index.js';
import { createRemoteKeys, createTokenVerifier } from '../identity/index.js';
import { startSubgraph, type RunningSubgraph, type SubgraphRequest } from './subgraph.js';

/** What a service makes over its database. */
export interface ServiceParts<Context extends object> {
  readonly resolvers: unknown;
  /** Makes what resolvers get; called once a request, so loaders made here live that long. */
  readonly createContext: (request: SubgraphRequest) => Context;
  /** Ends what else the service opened. */
  readonly close?: () => Promise<void>;
}

/**
 * Starts a service as most are: a subgraph over one database of its own, which takes the access tokens that
 * another service signed. Nothing connects before it is needed, so it starts while its database is away.
 *
 * @param options.name of the service and of the PostgreSQL schema that holds its tables
 * @param options.open makes the service's own parts over the database
 * @throws when the port is taken, with everything closed again
 */
export async function startService<Context extends object>(options: {
  readonly name: string;
  readonly configuration: ServiceConfiguration & { readonly jwksUrl: string };
  readonly telemetry: Telemetry;
  /** Where `schema.graphql` lies. */
  readonly sdlFile: URL;
  readonly open: (database: Database) => ServiceParts<Context>;
}): Promise<RunningSubgraph> {
  const { name, configuration, telemetry } = options;
  const { common } = configuration;
  const database = createDatabase({ url: configuration.databaseUrl, schema: name, ...telemetry });
  const keys = createRemoteKeys(configuration.jwksUrl, telemetry.logger);
  const parts = options.open(database);
  const release = async (): Promise<void> => {
    keys.stop();
    await parts.close?.();
    await database.close();
  };
  try {
    const subgraph = await startSubgraph({
      name,
      port: configuration.port,
      common,
      sdl: readFileSync(options.sdlFile, 'utf8'),
      resolvers: parts.resolvers,
      createContext: parts.createContext,
      callerSecrets: configuration.callerSecrets,
      verifyToken: createTokenVerifier({
        getKey: keys.getKey,
        issuer: common.tokenIssuer,
        audience: common.tokenAudience,
      }),
      readiness: { database: () => database.check() },
      ...telemetry,
    });
    return {
      url: subgraph.url,
      async stop() {
        await subgraph.stop();
        await release();
      },
    };
  } catch (error) {
    await release();
    throw error;
  }
}
