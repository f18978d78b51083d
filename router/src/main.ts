import { configureOrExit } from '@supergraph/platform/configuration';
import { endOnSignals } from '@supergraph/platform/http';
import { createLogger } from '@supergraph/platform/telemetry';
import { readRouterConfiguration } from './config.js';
import { startRouter } from './router.js';

const configuration = configureOrExit(() => readRouterConfiguration());
const logger = createLogger('router', configuration.common.logLevel);

try {
  const router = await startRouter(configuration, logger);
  endOnSignals(logger, () => router.stop());
  logger.info({ event: 'ready', url: router.url }, 'ready');
  process.send?.({ type: 'ready', url: router.url });
} catch (error) {
  logger.fatal({ err: error }, 'the router could not start');
  process.exit(1);
}
