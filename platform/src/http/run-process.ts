import type { CommonConfiguration } from '../configuration/index.js';
import { createLogger, createMetrics, startTracing, type Logger, type Metrics } from '../telemetry/index.js';
import { endOnSignals } from './signals.js';

/** By what a process is seen from outside. */
export interface Telemetry {
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** What an ending process gets beyond its drain time to close what it holds, such as database connections. */
const CLOSE_MILLISECONDS = 5_000;

/**
 * Runs a service as a process of its own: starts it, says that it is ready (to the log, and to a launcher that
 * opened a channel), and ends it in good order on signals. A start that fails is told in plain words and ends
 * the process with status 1.
 *
 * @param start starts the service
 */
export async function runProcess(
  name: string,
  common: CommonConfiguration,
  start: (telemetry: Telemetry) => Promise<{ readonly url: string; stop(): Promise<void> }>,
): Promise<void> {
  const logger = createLogger(name, common.logLevel);
  // A launcher that is gone, however it ended, must not leave its services behind, also not one that is starting.
  const endWithLauncher = (): void => void process.kill(process.pid, 'SIGTERM');
  process.once('disconnect', endWithLauncher);
  if (process.connected === false) {
    endWithLauncher();
  }
  try {
    const tracing = await startTracing(name, common.tracing, logger);
    const service = await start({ logger, metrics: createMetrics(name) });
    process.off('disconnect', endWithLauncher);
    const stop = (): Promise<void> => service.stop().finally(() => tracing.stop());
    endOnSignals(
      logger,
      stop,
      common.drainNoticeMilliseconds + common.drainMilliseconds + CLOSE_MILLISECONDS,
    );
    logger.info({ url: service.url }, 'ready');
    process.send?.({ type: 'ready', url: service.url });
  } catch (error) {
    const portTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    const reason = portTaken ? 'its port is taken by another program' : String((error as Error).message);
    logger.fatal({ err: error }, `${name} cannot start: ${reason}`);
    process.exitCode = 1;
    process.off('disconnect', endWithLauncher);
    process.disconnect?.();
  }
}
