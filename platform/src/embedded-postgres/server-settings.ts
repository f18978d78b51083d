const defaults: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  wal_level: 'logical',
  max_connections: '100',
  shared_buffers: '64MB',
  password_encryption: 'scram-sha-256',
  timezone: 'UTC',
  log_timezone: 'UTC',
  shared_preload_libraries: 'pg_stat_statements',
  // The log must not collect personal data: neither statements nor the details of an error, which quote rows.
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_line_prefix: '%m [%p] %q%u@%d ',
  // One start after the other of an idle development server needs no more than this.
  max_wal_size: '256MB',
};

/** Settings for clusters that are thrown away: a crash of the machine may cost their data. */
export const temporarySettings: Readonly<Record<string, string>> = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  shared_buffers: '16MB',
};

/**
 * The server's command line: `-D` and the settings. Given there, a setting holds over `postgresql.conf` and over
 * `ALTER SYSTEM`, so that a cluster always runs as this code says.
 *
 * @param settings extra settings; they hold over the defaults, except for address, port and sockets
 */
export function serverArguments(
  directory: string,
  port: number,
  settings: Readonly<Record<string, string>>,
): ReadonlyArray<string> {
  const all = {
    ...defaults,
    ...settings,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    port: String(port),
  };
  return ['-D', directory, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}
