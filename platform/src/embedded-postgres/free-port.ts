import { createServer } from 'node:net';

import { EmbeddedPostgresError, hasSystemCode } from './errors.js';

const portsToTry = 200;

/**
 * A TCP port on 127.0.0.1 that was free a moment ago: the preferred one, else the next free one above it; without a
 * preference any.
 *
 * @throws EmbeddedPostgresError `NO_FREE_PORT`
 */
export async function findFreePort(preferred: number | undefined): Promise<number> {
  if (preferred === undefined || preferred === 0) {
    const any = await tryPort(0);
    if (any !== undefined) return any;
  } else {
    for (let port = preferred; port < Math.min(preferred + portsToTry, 65_536); port += 1) {
      if ((await tryPort(port)) !== undefined) return port;
    }
  }
  throw new EmbeddedPostgresError(
    'NO_FREE_PORT',
    `No free TCP port on 127.0.0.1${preferred === undefined ? '' : ` from ${String(preferred)} on`}. Name another port.`,
  );
}

/** @returns the port that could be listened on, or undefined when it is taken or forbidden */
function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => {
      if (hasSystemCode(error, 'EADDRINUSE', 'EACCES')) resolve(undefined);
      else reject(error);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' ? address?.port : undefined);
      });
    });
  });
}
