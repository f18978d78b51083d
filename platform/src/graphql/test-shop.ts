import { setTimeout as sleep } from 'node:timers/promises';
import type { CommonConfiguration } from '../configuration/index.js';
import { ApplicationError } from '../errors/index.js';
import { createRemoteKeys, createTokenVerifier } from '../identity/index.js';
import { currentRequest } from '../telemetry/index.js';
import { testTelemetry, type TestIdentity } from '../testing/index.js';
import { startSubgraph, type RunningSubgraph, type SubgraphRequest } from './index.js';

/*
 * A subgraph of a foreign domain for the tests of this room: it tells who asks, fails in every way, and costs what
 * it is told to.
 */

export const ROUTER_SECRET = 'the-secret-of-the-router-0123456789';
export const STOCK_SECRET = 'the-secret-of-the-stock-service-012';
/** What no client may read outside of the embedded default. */
export const SECRET_CAUSE = 'the password of the vault is hunter2';

export const sdl = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  scalar DateTime
  scalar Decimal
  scalar JSON
  type Query {
    viewer: JSON
    fails(how: String!): String
    work(statements: Int!): Int
    at(moment: DateTime!): DateTime
    price(amount: Decimal!): Decimal
    book(id: ID!): Book
  }
  type Mutation { write: Boolean }
  type Book @key(fields: "id") { id: ID! title: String }
`;

function fail(how: string): never {
  switch (how) {
    case 'expected':
      throw new ApplicationError('FORBIDDEN', 'The shop is closed.', {
        details: { opens: '08:00', code: 'a detail is not the code' },
        cause: new Error(SECRET_CAUSE),
      });
    case 'unavailable':
      throw new ApplicationError('DEPENDENCY_UNAVAILABLE', 'Stock does not answer.', {
        cause: new Error(SECRET_CAUSE),
      });
    case 'database':
      throw Object.assign(new Error(SECRET_CAUSE), { code: 'ECONNREFUSED' });
    case 'text':
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- a program of others may
      throw SECRET_CAUSE;
    default:
      throw new TypeError(SECRET_CAUSE);
  }
}

export const resolvers = {
  Query: {
    viewer: (_source: unknown, _arguments: unknown, { request }: { request: SubgraphRequest }) => ({
      ...request,
      viewer:
        'scopes' in request.viewer
          ? { ...request.viewer, scopes: [...request.viewer.scopes] }
          : request.viewer,
    }),
    fails: (_source: unknown, { how }: { how: string }) => fail(how),
    work: async (_source: unknown, { statements }: { statements: number }) => {
      for (let done = 0; done < statements; done += 1) {
        await sleep(1);
        const request = currentRequest();
        if (request !== undefined) {
          request.sqlStatements += 1;
        }
      }
      return statements;
    },
    at: (_source: unknown, { moment }: { moment: Date }) => new Date(moment.getTime() + 1),
    price: (_source: unknown, { amount }: { amount: string }) => amount,
    book: (_source: unknown, { id }: { id: string }) => ({ id, title: `Book ${id}` }),
  },
  Mutation: {
    write: (_source: unknown, _arguments: unknown, { request }: { request: SubgraphRequest }) => {
      request.addHeader('set-cookie', `asked=${request.header('x-asked') ?? 'nothing'}`);
      request.addHeader('set-cookie', 'written=yes');
      return true;
    },
  },
  Book: {
    __resolveReference: ({ id }: { id: string }) =>
      id === 'broken' ? fail('bug') : { id, title: `Book ${id}` },
  },
};

/** Starts the shop on a free port. */
export async function startShop(
  identity: TestIdentity,
  mode: CommonConfiguration['mode'],
  jwksUrl = identity.jwksUrl,
): Promise<RunningSubgraph> {
  const telemetry = testTelemetry('shop');
  const keys = createRemoteKeys(jwksUrl, telemetry.logger);
  const subgraph = await startSubgraph({
    name: 'shop',
    port: 0,
    common: {
      mode,
      host: '127.0.0.1',
      logLevel: 'silent',
      metricsPort: undefined,
      tokenIssuer: identity.issuer,
      tokenAudience: identity.audience,
      drainMilliseconds: 2_000,
      drainNoticeMilliseconds: 0,
    },
    sdl,
    resolvers,
    createContext: (request) => ({ request }),
    callerSecrets: new Map([
      ['router', ROUTER_SECRET],
      ['stock', STOCK_SECRET],
    ]),
    verifyToken: createTokenVerifier({ ...identity, getKey: keys.getKey }),
    readiness: {},
    ...telemetry,
  });
  return {
    url: subgraph.url,
    async stop() {
      await subgraph.stop();
      keys.stop();
    },
  };
}
