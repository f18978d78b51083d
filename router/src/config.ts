import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  booleanVariable,
  commonVariables,
  ConfigurationError,
  portVariable,
  readEnvironment,
  secretNameFor,
  secretVariable,
  toCommonConfiguration,
  urlListVariable,
  urlVariable,
  type EnvironmentSource,
} from '@supergraph/platform/configuration';
import { describeCause } from '@supergraph/platform/errors';
import { z } from 'zod';
import type { RouterConfiguration, SandboxSettings, SubgraphSettings } from './configuration.js';
import { entityCacheVariables, readEntityCacheSettings } from './entity-cache/configuration.js';
import { costVariables, readCostSettings } from './cost/configuration.js';
import { observabilityVariables, readObservabilitySettings } from './observability/configuration.js';
import { headersVariables, readHeadersSettings } from './headers/configuration.js';
import { limitsVariables, readLimitsSettings } from './limits/configuration.js';
import {
  persistedOperationsVariables,
  readPersistedOperationsSettings,
} from './persisted-operations/configuration.js';
import { rateLimitsVariables, readRateLimitsSettings } from './rate-limits/configuration.js';
import { policyVariables, readPolicySettings } from './policy/configuration.js';
import { DEFAULT_SANDBOX, parseSandboxSettings } from './sandbox/settings.js';
import { readSubgraphs, type SubgraphReference } from './supergraph/read-subgraphs.js';
import { overloadVariables, readOverloadSettings } from './overload/configuration.js';
import { readSupergraphUrl, supergraphVariables } from './supergraph/configuration.js';
import { readTransportSettings, transportVariables } from './transport/configuration.js';

const COMMITTED_SUPERGRAPH = fileURLToPath(new URL('../../schema/supergraph.graphql', import.meta.url));
const EMBEDDED_KEYS_URL = 'http://127.0.0.1:4001/.well-known/jwks.json';
const EMBEDDED_ORIGINS = ['http://localhost:*', 'http://127.0.0.1:*'];

const variablesOf = (embedded: boolean) => ({
  ...commonVariables,
  ROUTER_PORT: portVariable().default(4000),
  ROUTER_SUPERGRAPH_FILE: z.string().default(COMMITTED_SUPERGRAPH),
  AUTH_JWKS_URL: embedded
    ? urlVariable().default(EMBEDDED_KEYS_URL)
    : urlVariable().describe('the address of the keys that access tokens are verified by'),
  ROUTER_CORS_ORIGINS: originListVariable().optional(),
  ROUTER_SUBGRAPH_TIMEOUT_MILLISECONDS: positiveInteger().default(5_000),
  ROUTER_REQUEST_TIMEOUT_MILLISECONDS: positiveInteger().default(15_000),
  ROUTER_MAXIMUM_BODY_BYTES: positiveInteger().default(262_144),
  ROUTER_SUBGRAPH_CONNECTIONS: positiveInteger().default(64),
  ...transportVariables(),
  ...overloadVariables(),
  ...supergraphVariables(),
  ...limitsVariables(),
  ...persistedOperationsVariables(),
  ...rateLimitsVariables(),
  ...headersVariables(),
  ...policyVariables(),
  ...costVariables(embedded),
  ROUTER_INTROSPECTION: booleanVariable().optional(),
  ROUTER_TRUSTED_PROXIES: z.coerce.number().int().min(0).default(0),
  ...entityCacheVariables(),
  ROUTER_EVENT_SOURCES: nameListVariable().default([]),
  ROUTER_IDENTITY_SUBGRAPH: z.string().default('auth'),
  ...observabilityVariables(),
  ROUTER_SANDBOX: booleanVariable().optional(),
  ROUTER_SANDBOX_SETTINGS: z.string().optional(),
});

/**
 * Reads the router's configuration.
 *
 * @param source where to read, `process.env` when not given
 * @throws {ConfigurationError} with every mistake, those about the supergraph's subgraphs included
 */
export function readRouterConfiguration(source: EnvironmentSource = process.env): RouterConfiguration {
  const mistakes: string[] = [];
  const embedded = source['SUPERGRAPH_MODE'] === 'embedded';
  const values = attempt(() => readEnvironment(variablesOf(embedded), source), mistakes);
  const settingsOf = (subgraph: SubgraphReference): SubgraphSettings =>
    readSettings(subgraph, embedded, source, values);

  const supergraphFile =
    values?.ROUTER_SUPERGRAPH_FILE ?? source['ROUTER_SUPERGRAPH_FILE'] ?? COMMITTED_SUPERGRAPH;
  // What an address serves is known only when the router starts.
  const known =
    values?.ROUTER_SUPERGRAPH_URL === undefined ? attempt(() => subgraphsOf(supergraphFile), mistakes) : [];
  for (const subgraph of known ?? []) {
    attempt(() => settingsOf(subgraph), mistakes);
  }
  const sandbox = attempt(() => readSandbox(values?.ROUTER_SANDBOX_SETTINGS, embedded), mistakes);
  const persistedOperations = values && attempt(() => readPersistedOperationsSettings(values), mistakes);
  const rateLimits = values && attempt(() => readRateLimitsSettings(values), mistakes);
  const headerRules = values && attempt(() => readHeadersSettings(values), mistakes);
  if (
    values === undefined ||
    persistedOperations === undefined ||
    rateLimits === undefined ||
    headerRules === undefined ||
    mistakes.length > 0
  ) {
    throw new ConfigurationError([...new Set(mistakes)]);
  }
  return {
    common: toCommonConfiguration(values),
    port: values.ROUTER_PORT,
    supergraphFile,
    settingsOf,
    keysUrl: values.AUTH_JWKS_URL,
    corsOrigins: values.ROUTER_CORS_ORIGINS ?? (embedded ? EMBEDDED_ORIGINS : []),
    limits: {
      subgraphTimeoutMilliseconds: values.ROUTER_SUBGRAPH_TIMEOUT_MILLISECONDS,
      requestTimeoutMilliseconds: values.ROUTER_REQUEST_TIMEOUT_MILLISECONDS,
      maximumBodyBytes: values.ROUTER_MAXIMUM_BODY_BYTES,
    },
    operationLimits: readLimitsSettings(values),
    persistedOperations,
    rateLimits,
    headerRules,
    policy: readPolicySettings(values),
    cost: readCostSettings(values),
    transport: readTransportSettings(values, values.ROUTER_SUBGRAPH_CONNECTIONS),
    overload: readOverloadSettings(values),
    supergraphUrl: readSupergraphUrl(values),
    entityCache: readEntityCacheSettings(values),
    events: { sources: values.ROUTER_EVENT_SOURCES, identitySubgraph: values.ROUTER_IDENTITY_SUBGRAPH },
    introspection: values.ROUTER_INTROSPECTION ?? embedded,
    trustedProxies: values.ROUTER_TRUSTED_PROXIES,
    observability: readObservabilitySettings(values, embedded),
    sandbox: (values.ROUTER_SANDBOX ?? embedded) ? sandbox : undefined,
  };
}

/** Switches off what the gateway library reports about its use; it is asked for in the environment only. */
export function disableLibraryTelemetry(): void {
  process.env['APOLLO_TELEMETRY_DISABLED'] = '1';
}

/** How long subgraphs may take: each by its name, and those without a time of their own. */
interface Timeouts {
  readonly ROUTER_SUBGRAPH_TIMEOUTS: ReadonlyMap<string, number>;
  readonly ROUTER_SUBGRAPH_TIMEOUT_MILLISECONDS: number;
}

function readSettings(
  { name, routingUrl }: SubgraphReference,
  embedded: boolean,
  source: EnvironmentSource,
  timeouts: Timeouts | undefined,
): SubgraphSettings {
  const secretName = secretNameFor(name, 'router');
  const urlsName = secretName.replace(/_SECRET_FROM_ROUTER$/, '_URLS');
  const values = readEnvironment(
    {
      [urlsName]: urlListVariable().optional(),
      [secretName]: embedded ? secretVariable().optional() : secretVariable(),
    },
    source,
  );
  const urls = (values[urlsName] as ReadonlyArray<string> | undefined) ?? [routingUrl];
  if (!urls.every((url) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol))) {
    throw new ConfigurationError([
      `${urlsName} is not set, and the supergraph has no http address for the subgraph ${name}.`,
    ]);
  }
  return {
    name,
    urls,
    secret: values[secretName] as string | undefined,
    timeoutMilliseconds:
      timeouts?.ROUTER_SUBGRAPH_TIMEOUTS.get(name) ?? timeouts?.ROUTER_SUBGRAPH_TIMEOUT_MILLISECONDS ?? 0,
  };
}

function subgraphsOf(file: string): ReadonlyArray<SubgraphReference> {
  try {
    return readSubgraphs(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ConfigurationError([
      `ROUTER_SUPERGRAPH_FILE: ${file} cannot be used: ${describeCause(error)}.`,
    ]);
  }
}

/** Logins are offered on the embedded default only, whatever the settings say. */
function readSandbox(text: string | undefined, embedded: boolean): SandboxSettings {
  if (text === undefined) {
    return DEFAULT_SANDBOX;
  }
  try {
    const settings = parseSandboxSettings(text);
    return embedded ? settings : { ...settings, logins: [] };
  } catch (error) {
    throw new ConfigurationError([`ROUTER_SANDBOX_SETTINGS cannot be used: ${describeCause(error)}.`]);
  }
}

function attempt<Result>(read: () => Result, mistakes: string[]): Result | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) {
      throw error;
    }
    mistakes.push(...error.mistakes);
    return undefined;
  }
}

function positiveInteger(): z.ZodType<number> {
  return z.coerce.number({ message: 'must be a whole number above 0' }).int().min(1);
}

function nameListVariable(): z.ZodType<ReadonlyArray<string>> {
  return z
    .string()
    .regex(/^[\w-]+(,[\w-]+)*$/, 'must be names of subgraphs, separated by commas')
    .transform((text) => text.split(','));
}

function originListVariable(): z.ZodType<ReadonlyArray<string>> {
  return z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .refine(
      (origins) =>
        origins.every((origin) => origin === '*' || /^https?:\/\/[^\s/:*]+(:(\d+|\*))?$/.test(origin)),
      'must be origins such as https://shop.example.com, separated by commas',
    );
}
