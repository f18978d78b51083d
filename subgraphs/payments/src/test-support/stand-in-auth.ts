import { startSubgraph } from '@supergraph/platform/graphql';
import { testTelemetry } from '@supergraph/platform/testing';
import type { Viewer } from '@supergraph/platform/identity';

/** A user as auth knows them. */
export interface AuthUser {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly status: 'ACTIVE' | 'SUSPENDED' | 'ERASED';
}

/** A small auth over real HTTP: it answers entities of users to services that prove themselves. */
export interface StandInAuth {
  readonly port: number;
  /** By what payments proves itself. */
  readonly secret: string;
  /** How many users each question was about, in order. */
  readonly questions: number[];
  add(...users: AuthUser[]): void;
  /** Goes away: its port refuses connections until {@link StandInAuth.start}. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

const SDL = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type User @key(fields: "id") { id: ID! name: String email: String status: String }
  type Query { nothing: String }
`;

/** Starts the stand-in on a free port of the loopback. */
export async function startStandInAuth(secret: string): Promise<StandInAuth> {
  const users = new Map<string, AuthUser>();
  const questions: number[] = [];
  const isTrusted = (viewer: Viewer): boolean => viewer.kind === 'service' && viewer.service === 'payments';
  const listen = (port: number) =>
    startSubgraph<{ readonly viewer: Viewer; asked: number }>({
      name: 'auth',
      port,
      common: {
        mode: 'embedded',
        host: '127.0.0.1',
        logLevel: 'silent',
        metricsPort: undefined,
        tokenIssuer: 'supergraph-auth',
        tokenAudience: 'supergraph',
        drainMilliseconds: 0,
        drainNoticeMilliseconds: 0,
      },
      sdl: SDL,
      resolvers: {
        User: {
          __resolveReference: ({ id }: { id: string }, context: { asked: number }) => {
            // The representations of one question are resolved in one go, so the first opens its count.
            if (context.asked === 0) {
              questions.push(0);
            }
            context.asked += 1;
            questions[questions.length - 1] = context.asked;
            return users.get(id) ?? null;
          },
          name: (user: AuthUser, _args: unknown, { viewer }: { viewer: Viewer }) =>
            isTrusted(viewer) ? user.name : null,
          email: (user: AuthUser, _args: unknown, { viewer }: { viewer: Viewer }) =>
            isTrusted(viewer) ? user.email : null,
          status: (user: AuthUser, _args: unknown, { viewer }: { viewer: Viewer }) =>
            isTrusted(viewer) ? user.status : null,
        },
      },
      createContext: ({ viewer }) => ({ viewer, asked: 0 }),
      callerSecrets: new Map([
        ['router', `${secret}-of-the-router`],
        ['payments', secret],
      ]),
      verifyToken: () => Promise.reject(new Error('payments asks as itself and sends no token')),
      readiness: {},
      ...testTelemetry('auth'),
    });
  let running = await listen(0);
  const port = Number(new URL(running.url).port);
  return {
    port,
    secret,
    questions,
    add: (...added) => added.forEach((user) => users.set(user.id, user)),
    stop: () => running.stop(),
    async start() {
      running = await listen(port);
    },
  };
}
