import type { Logger } from '../telemetry/index.js';

/**
 * Ends the process in good order on SIGTERM and SIGINT: runs `stop`, then exits with status 0, or with 1 when
 * `stop` fails or takes longer than `deadlineMilliseconds`. A second signal ends it at once. An error that nobody
 * caught is logged and ends it likewise, since what it left behind is unknown. A launcher that opened a channel
 * and is gone counts as a first signal, never as a second.
 */
export function endOnSignals(logger: Logger, stop: () => Promise<void>, deadlineMilliseconds = 30_000): void {
  let ending = false;
  const end = (reason: string, status: number): void => {
    if (ending) {
      process.exit(1);
    }
    ending = true;
    logger.info({ reason }, 'ending');
    setTimeout(() => {
      logger.error({ deadlineMilliseconds }, 'the end took too long');
      process.exit(1);
    }, deadlineMilliseconds);
    stop().then(
      () => process.exit(status),
      (error: unknown) => {
        logger.error({ err: error }, 'the end was not clean');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => end('SIGTERM', 0));
  process.on('SIGINT', () => end('SIGINT', 0));
  process.once('disconnect', () => {
    if (!ending) {
      end('the launcher is gone', 0);
    }
  });
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'an error that nobody caught');
    end('uncaughtException', 1);
  });
  process.on('unhandledRejection', (error) => {
    logger.fatal({ err: error }, 'a rejection that nobody caught');
    end('unhandledRejection', 1);
  });
}
