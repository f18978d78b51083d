import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeServices } from '@apollo/composition';
import { secretNameFor } from '@supergraph/platform/configuration';
import { parse } from 'graphql';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { readRouterConfiguration } from '../config.js';
import { startRouter, type RouterOptions, type RunningRouter } from '../router.js';

/** What a composition needs of a subgraph. */
export interface ComposedSubgraph {
  readonly name: string;
  readonly url: string;
  readonly sdl: string;
}

/** A response as a client of the router reads it. */
export interface GraphqlAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly data?: Record<string, any> | null; // eslint-disable-line @typescript-eslint/no-explicit-any
  readonly errors?: ReadonlyArray<{
    readonly message: string;
    readonly path?: ReadonlyArray<string | number>;
    readonly extensions: Readonly<Record<string, unknown>>;
  }>;
  readonly extensions?: unknown;
}

/** A router of a test over a supergraph in a folder of its own. */
export interface TestRouter extends RunningRouter {
  readonly supergraphFile: string;
  /** Sends one operation. */
  ask(query: string, options?: AskOptions): Promise<GraphqlAnswer>;
  /** Makes an access token that is right but for `changes`. */
  sign(changes?: TokenChanges): Promise<string>;
  /** The public key, as anybody reads it from the key set. */
  readonly publicKey: Awaited<ReturnType<typeof generateKeyPair>>['publicKey'];
}

export interface AskOptions {
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface TokenChanges {
  readonly issuer?: string;
  readonly audience?: string;
  readonly expiresAt?: number;
  readonly role?: string;
  /** Separated by blanks. */
  readonly scope?: string;
  readonly policies?: ReadonlyArray<string>;
}

/** Composes subgraphs in process; throws with the composition's errors. */
export function compose(subgraphs: ReadonlyArray<ComposedSubgraph>): string {
  const { supergraphSdl, errors } = composeServices(
    subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) })),
  );
  if (supergraphSdl === undefined) {
    throw new Error((errors ?? []).map(({ message }) => message).join('\n'));
  }
  return supergraphSdl;
}

export const SECRET = 'a-secret-of-the-tests-that-is-long-enough';

/** Starts a router over these subgraphs. `environment` goes over what the tests share. */
export async function startTestRouter(
  subgraphs: ReadonlyArray<ComposedSubgraph>,
  environment: Readonly<Record<string, string>> = {},
  options: RouterOptions = {},
): Promise<TestRouter> {
  const folder = await mkdtemp(join(tmpdir(), 'router-test-'));
  const supergraphFile = join(folder, 'supergraph.graphql');
  await writeFile(supergraphFile, compose(subgraphs));
  const keys = await serveKeys();
  const router = await startRouter(
    readRouterConfiguration({
      SUPERGRAPH_MODE: 'embedded',
      LOG_LEVEL: 'silent',
      ROUTER_PORT: '0',
      ROUTER_SUPERGRAPH_FILE: supergraphFile,
      AUTH_JWKS_URL: keys.url,
      DRAIN_MILLISECONDS: '200',
      ...Object.fromEntries(subgraphs.map(({ name }) => [secretNameFor(name, 'router'), SECRET])),
      ...environment,
    }),
    undefined,
    undefined,
    options,
  );
  return {
    url: router.url,
    reload: () => router.reload(),
    supergraphFile,
    ask: (query, options = {}) =>
      post(`${router.url}/graphql`, { query, variables: options.variables }, options.headers),
    sign: keys.sign,
    publicKey: keys.publicKey,
    async stop() {
      await router.stop();
      await keys.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Sends JSON and reads the JSON of the answer. */
export async function post(
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<GraphqlAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const answer = (await response.json()) as Omit<GraphqlAnswer, 'status' | 'headers'>;
  return { ...answer, status: response.status, headers: response.headers };
}

async function serveKeys() {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'test', alg: 'EdDSA', use: 'sig' };
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`,
    publicKey,
    sign: ({
      issuer = 'supergraph-auth',
      audience = 'supergraph',
      expiresAt,
      ...claims
    }: TokenChanges = {}) =>
      new SignJWT({
        sid: '019b0000-0000-7000-8000-000000000002',
        role: 'READER',
        scope: 'read',
        ...claims,
      })
        .setProtectedHeader({ alg: 'EdDSA', kid: 'test', typ: 'at+jwt' })
        .setSubject('019b0000-0000-7000-8000-000000000001')
        .setIssuer(issuer)
        .setAudience(audience)
        .setExpirationTime(expiresAt ?? Math.floor(Date.now() / 1000) + 60)
        .sign(privateKey),
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
