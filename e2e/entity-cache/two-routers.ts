import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLogger } from '@supergraph/platform/telemetry';
import { startTestFront, type TestFront } from '@supergraph/platform/testing';
import { readRouterConfiguration, startRouter } from '@supergraph/router';
import { ROOT } from '../harness/root.js';
import type { SystemUnderTest } from '../harness/system.js';

/** One replica of the router beside the system's own, with a front before the subgraph that is written to. */
export interface Replica {
  readonly endpoint: string;
  readonly front: TestFront;
  /** How many entities it has served from its cache. */
  hits(): Promise<number>;
  stop(): Promise<void>;
}

/**
 * Starts a replica of the router over the services of a running system.
 *
 * @param options.checksChanges false takes out the check by which an answer whose fetch began before a change is not kept
 */
export async function startReplica(
  { system }: SystemUnderTest,
  { checksChanges }: { readonly checksChanges: boolean },
): Promise<Replica> {
  const secrets = JSON.parse(readFileSync(system.folder.secretsFile, 'utf8')) as Record<string, string>;
  const urlOf = (name: string): string =>
    system.services.find(({ service }) => service.name === name)?.process.url ?? '';
  const profile = urlOf('profile');
  const front = await startTestFront({ graphql: profile, events: profile });
  const configuration = readRouterConfiguration({
    SUPERGRAPH_MODE: 'embedded',
    LOG_LEVEL: 'silent',
    ROUTER_PORT: '0',
    DRAIN_MILLISECONDS: '200',
    ROUTER_SUPERGRAPH_FILE: join(ROOT, 'schema', 'supergraph.graphql'),
    ROUTER_EVENT_SOURCES: system.services.map(({ service }) => service.name).join(','),
    AUTH_JWKS_URL: `${urlOf('auth')}/.well-known/jwks.json`,
    ...Object.fromEntries(
      system.services.flatMap(({ service: { name, environmentPrefix }, process }) => [
        [`${environmentPrefix}_URLS`, name === 'profile' ? front.graphqlUrl : `${process.url}/graphql`],
        [`${environmentPrefix}_SECRET_FROM_ROUTER`, secrets[`${environmentPrefix}_SECRET_FROM_ROUTER`] ?? ''],
      ]),
    ),
  });
  const router = await startRouter(
    { ...configuration, entityCache: { ...configuration.entityCache, checksChanges } },
    createLogger('router', 'silent'),
  );
  return {
    endpoint: `${router.url}/graphql`,
    front,
    async hits() {
      const metrics = await (await fetch(`${router.url}/metrics`)).text();
      return Number(
        /entity_cache_lookups_total\{subgraph="profile",type="User",result="hit"[^}]*\} (\d+)/.exec(
          metrics,
        )?.[1] ?? 0,
      );
    },
    async stop() {
      await router.stop();
      await front.stop();
    },
  };
}
