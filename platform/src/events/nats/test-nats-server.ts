import { describe, it } from '@jest/globals';
import { canTestNats } from '../../testing/nats-server.js';

/** Tests that need the broker's program. */
export const describeWithNats = canTestNats ? describe : describe.skip;
export const itWithNats = canTestNats ? it : it.skip;

if (!canTestNats) {
  process.emitWarning(
    'nats-server is not installed (Debian: `apt-get install nats-server`): its tests are left out.',
  );
}
