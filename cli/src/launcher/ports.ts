import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Gives `wished` when nobody listens there, else another free port.
 *
 * @param taken ports given out before and not yet listened on
 */
export async function findPort(wished: number, taken: ReadonlySet<number>): Promise<number> {
  if (wished !== 0 && !taken.has(wished) && (await isFree(wished))) {
    return wished;
  }
  for (;;) {
    const port = await anyFreePort();
    if (!taken.has(port)) {
      return port;
    }
  }
}

/** Both addresses are tried: a program on `localhost` may listen on either. */
async function isFree(port: number): Promise<boolean> {
  for (const host of ['127.0.0.1', '::1']) {
    const code = await tryToListen(port, host);
    if (code === 'EADDRINUSE' || code === 'EACCES') {
      return false;
    }
  }
  return true;
}

function tryToListen(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
}

/**
 * Below the range that systems give to outgoing connections: a port from there would often be taken again before the
 * process that it is meant for listens.
 */
const LOWEST_PORT = 15_000;
const HIGHEST_PORT = 32_000;

async function anyFreePort(): Promise<number> {
  for (let attempt = 0; attempt < 1_000; attempt += 1) {
    const port = randomInt(LOWEST_PORT, HIGHEST_PORT);
    if (await isFree(port)) {
      return port;
    }
  }
  throw new Error(`There is no free port between ${LOWEST_PORT} and ${HIGHEST_PORT}.`);
}
