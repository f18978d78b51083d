/** One replica of a small subgraph, as a process of its own; `SHOP_PORT` and `SHOP_SECRET` say where and for whom. */
import { setTimeout as pause } from 'node:timers/promises';
import { commonVariables, readEnvironment, toCommonConfiguration } from '@supergraph/platform/configuration';
import { startSubgraph } from '@supergraph/platform/graphql';
import { runProcess } from '@supergraph/platform/http';

const common = toCommonConfiguration(readEnvironment(commonVariables, process.env));
let sold = 0;

await runProcess('shop', common, ({ logger, metrics }) =>
  startSubgraph({
    name: 'shop',
    port: Number(process.env.SHOP_PORT),
    common,
    sdl: process.env.SHOP_SDL,
    resolvers: {
      Query: { price: () => pause(5).then(() => 7) },
      Mutation: { sell: () => pause(5).then(() => (sold += 1)) },
    },
    createContext: () => ({}),
    callerSecrets: new Map([['router', process.env.SHOP_SECRET]]),
    verifyToken: () => Promise.reject(new Error('nobody signs in here')),
    readiness: {},
    logger,
    metrics,
  }),
);
