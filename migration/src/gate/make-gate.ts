import type { Endpoints, GateAddresses } from '../connections/index.js';
import { MigrationError } from '../errors/index.js';
import type { MappedService } from '../mapping/index.js';
import { openGate, type Gate } from './gate.js';
import { pgBouncerGate } from './pgbouncer-gate.js';
import { platformGate } from './platform-gate.js';

/**
 * Makes the gate that the mapping names.
 *
 * @param options.patienceMilliseconds how long to wait for a process of the service that does not answer
 * @throws {MigrationError} `BAD_CONNECTION` when its addresses are not known
 */
export function makeGate(
  service: string,
  mapped: MappedService,
  addresses: GateAddresses,
  endpoints: Endpoints,
  options: { readonly patienceMilliseconds?: number } = {},
): Gate {
  const prefix = `MIGRATION_${service.toUpperCase()}`;
  switch (mapped.gate.kind) {
    case 'none':
      return openGate();
    case 'platform':
      if (addresses.urls.length === 0 || addresses.secret === undefined) {
        throw new MigrationError(
          'BAD_CONNECTION',
          `The gate of ${service} is inside its processes: set ${prefix}_GATE_URLS to their addresses and MIGRATION_GATE_SECRET to the secret that they know.`,
        );
      }
      return platformGate({ urls: addresses.urls, secret: addresses.secret, ...options });
    case 'pgbouncer': {
      if (addresses.pgbouncer === undefined) {
        throw new MigrationError(
          'BAD_CONNECTION',
          `The gate of ${service} is PgBouncer: set MIGRATION_PGBOUNCER_URL to its admin console.`,
        );
      }
      const { database, file } = mapped.gate;
      return pgBouncerGate({ adminUrl: addresses.pgbouncer, database, file, endpoints });
    }
  }
}
