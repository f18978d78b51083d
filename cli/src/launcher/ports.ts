import { createServer, type AddressInfo } from 'node:net';

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

function anyFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
