import { commonVariables, readEnvironment, toCommonConfiguration } from '@supergraph/platform/configuration';
import { createDatabase } from '@supergraph/platform/database';
import { startSubgraph } from '@supergraph/platform/graphql';
import { runProcess } from '@supergraph/platform/http';
import { createRemoteKeys, createTokenVerifier } from '@supergraph/platform/identity';
import { createModellessPrismaClient } from '@supergraph/platform/testing';
import { JOINED_SDL, PAYMENTS } from './list.js';
import type { JoinSettings } from './worlds.js';

/*
 * One service over the shared database: the same list by one SQL statement, through the Apollo Server, the tokens, the
 * pool and the Prisma of the services.
 */

const [settings = '{}'] = process.argv.slice(2);
const { secret, databaseUrl, keysUrl, environment } = JSON.parse(settings) as JoinSettings;
const common = toCommonConfiguration(readEnvironment(commonVariables, environment));

interface Row {
  readonly id: string;
  readonly createdAt: Date;
  readonly profile: unknown;
  readonly payments: ReadonlyArray<{ readonly createdAt: string }>;
}

const JOIN = `SELECT u.id, u.name, u.email, u.role::text AS role, u.created_at AS "createdAt",
    CASE WHEN p.id IS NULL THEN NULL ELSE json_build_object('handle', p.handle, 'displayName', p.display_name) END AS profile,
    (SELECT coalesce(json_agg(json_build_object('id', y.id, 'status', y.status, 'createdAt', y.created_at,
        'amount', json_build_object('amount', trim_scale(y.amount)::text, 'currency', y.currency))), '[]')
      FROM (
        (SELECT * FROM payments.payments WHERE user_id = u.id ORDER BY created_at DESC, id DESC LIMIT ${PAYMENTS})
        UNION
        (SELECT * FROM payments.payments WHERE recipient_id = u.id ORDER BY created_at DESC, id DESC LIMIT ${PAYMENTS})
        ORDER BY created_at DESC, id DESC LIMIT ${PAYMENTS}) y) AS payments
  FROM auth.users u LEFT JOIN profile.profiles p ON p.user_id = u.id
  WHERE ($2::timestamptz IS NULL OR (u.created_at, u.id) < ($2::timestamptz, $3::uuid))
  ORDER BY u.created_at DESC, u.id DESC LIMIT $1`;

const toEdge = (payment: Row['payments'][number]) => ({
  node: { ...payment, createdAt: new Date(payment.createdAt) },
});

await runProcess('join', common, ({ logger, metrics }) => {
  const database = createDatabase({ url: databaseUrl, schema: 'auth', logger, metrics });
  const prisma = createModellessPrismaClient(database.pool, 'auth');
  const keys = createRemoteKeys(keysUrl, logger);
  return startSubgraph({
    name: 'join',
    port: 0,
    common,
    sdl: JOINED_SDL,
    resolvers: {
      Query: {
        async users(
          _: unknown,
          { first, after }: { readonly first: number; readonly after?: string | null },
        ) {
          const [createdAt = null, id = null] = after?.split(' ') ?? [];
          const rows = await prisma.$queryRawUnsafe<ReadonlyArray<Row>>(JOIN, first, createdAt, id);
          const last = rows.at(-1);
          return {
            edges: rows.map((row) => ({
              node: { ...row, payments: { edges: row.payments.map(toEdge) } },
            })),
            pageInfo: { endCursor: last && `${last.createdAt.toISOString()} ${last.id}` },
          };
        },
      },
    },
    createContext: () => ({}),
    callerSecrets: new Map([['router', secret]]),
    verifyToken: createTokenVerifier({
      getKey: keys.getKey,
      issuer: common.tokenIssuer,
      audience: common.tokenAudience,
    }),
    readiness: { database: () => database.check() },
    logger,
    metrics,
  });
});
