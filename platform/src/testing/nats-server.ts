import { existsSync } from 'node:fs';

/** Where Debian and Ubuntu, and installations by hand, keep the program. */
const USUAL_PLACES = ['/usr/sbin/nats-server', '/usr/bin/nats-server', '/usr/local/bin/nats-server'];

/** The program nats-server: `NATS_SERVER_PATH`, else where it usually is; undefined when there is none. */
export function findNatsServer(): string | undefined {
  const named = process.env['NATS_SERVER_PATH'];
  return named === undefined || named === '' ? USUAL_PLACES.find((path) => existsSync(path)) : named;
}

/** Whether tests with a broker run: where the program is, and in CI everywhere, so that they fail where it should be. */
export const canTestNats = findNatsServer() !== undefined || process.env['CI'] === 'true';
if (!canTestNats) {
  process.emitWarning(
    'nats-server is not installed (Debian: `apt-get install nats-server`): its tests are left out.',
  );
}
