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
import { DEFAULT_SANDBOX, parseSandboxSettings } from './sandbox/settings.js';
import { readSubgraphs, type SubgraphReference } from './supergraph/read-subgraphs.js';

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
  ROUTER_INTROSPECTION: booleanVariable().optional(),
  ROUTER_TRUSTED_PROXIES: z.coerce.number().int().min(0).default(0),
  ROUTER_EVENT_SOURCES: nameListVariable().default([]),
  ROUTER_IDENTITY_SUBGRAPH: z.string().default('auth'),
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
    readSettings(subgraph, embedded, source);

  const supergraphFile =
    values?.ROUTER_SUPERGRAPH_FILE ?? source['ROUTER_SUPERGRAPH_FILE'] ?? COMMITTED_SUPERGRAPH;
  for (const subgraph of attempt(() => subgraphsOf(supergraphFile), mistakes) ?? []) {
    attempt(() => settingsOf(subgraph), mistakes);
  }
  const sandbox = attempt(() => readSandbox(values?.ROUTER_SANDBOX_SETTINGS, embedded), mistakes);
  if (values === undefined || mistakes.length > 0) {
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
      connectionsPerReplica: values.ROUTER_SUBGRAPH_CONNECTIONS,
    },
    events: { sources: values.ROUTER_EVENT_SOURCES, identitySubgraph: values.ROUTER_IDENTITY_SUBGRAPH },
    introspection: values.ROUTER_INTROSPECTION ?? embedded,
    trustedProxies: values.ROUTER_TRUSTED_PROXIES,
    sandbox: (values.ROUTER_SANDBOX ?? embedded) ? sandbox : undefined,
  };
}

/** Switches off what the gateway library reports about its use; it is asked for in the environment only. */
export function disableLibraryTelemetry(): void {
  process.env['APOLLO_TELEMETRY_DISABLED'] = '1';
}

function readSettings(
  { name, routingUrl }: SubgraphReference,
  embedded: boolean,
  source: EnvironmentSource,
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
  return { name, urls, secret: values[secretName] as string | undefined };
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
