import type { Logger } from '../telemetry/index.js';

/**
 * Ends the process in good order on SIGTERM and SIGINT: runs `stop`, then exits with status 0, or with 1 when
 * `stop` fails or takes longer than `deadlineMilliseconds`. A second signal ends it at once. An error that nobody
 * caught is logged and ends it likewise, since what it left behind is unknown. A launcher that opened a channel
 * and is gone counts as a first signal, never as a second; nobody asks for the status then, see {@link leave}.
 */
export function endOnSignals(logger: Logger, stop: () => Promise<void>, deadlineMilliseconds = 30_000): void {
  let ending = false;
  let isAbandoned = false;
  const exit = (status: number): void => leave(status, isAbandoned);
  const end = (reason: string, status: number): void => {
    if (ending) {
      exit(1);
    }
    ending = true;
    logger.info({ reason }, 'ending');
    setTimeout(() => {
      logger.error({ deadlineMilliseconds }, 'the end took too long');
      exit(1);
    }, deadlineMilliseconds);
    stop().then(
      () => exit(status),
      (error: unknown) => {
        logger.error({ err: error }, 'the end was not clean');
        exit(1);
      },
    );
  };
  process.on('SIGTERM', () => end('SIGTERM', 0));
  process.on('SIGINT', () => end('SIGINT', 0));
  process.once('disconnect', () => {
    isAbandoned = true;
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

/**
 * Node.js joins its own threads when it exits, and now and then waits for one of them for ever. A launcher ends such a
 * process by force after a while; one that was abandoned has to do it itself, when all that it held is closed.
 *
 * @see https://github.com/nodejs/node/issues/54918
 */
function leave(status: number, isAbandoned: boolean): void {
  if (isAbandoned) {
    process.kill(process.pid, 'SIGKILL');
  }
  process.exit(status);
}
