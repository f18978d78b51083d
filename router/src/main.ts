import { configureOrExit } from '@supergraph/platform/configuration';
import { runProcess } from '@supergraph/platform/http';
import { readRouterConfiguration } from './config.js';
import { startRouter } from './router.js';

const configuration = configureOrExit(() => readRouterConfiguration());
await runProcess('router', configuration.common, ({ logger, metrics }) =>
  startRouter(configuration, logger, metrics),
);
