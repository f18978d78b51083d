import type { Service } from '@supergraph/schema/services';
import { BROKER_HOST, BROKER_MONITOR_PORT } from './addresses.js';
import { healthcheck, limits, SECRETS, type Settings } from './containers.js';
import { brokerPasswordVariable, brokerSecretsOf, secretFileName } from './secret-names.js';

const IMAGE = 'nats:2.12.12-alpine';

/** Name of the container that opens the broker's volume to its user, and of the volume. */
export const BROKER_VOLUME = `${BROKER_HOST}-data`;

const volume = `${BROKER_VOLUME}:/data`;

/** The broker of the services' events. Services neither wait for it nor end without it: they have each other's feeds. */
export function brokerContainer(services: ReadonlyArray<Service>): Settings {
  return {
    image: IMAGE,
    user: 'nobody',
    restart: 'unless-stopped',
    stop_grace_period: '20s',
    entrypoint: ['sh', '-euc'],
    command: [escapeDollars(startScript(services))],
    depends_on: { [BROKER_VOLUME]: { condition: 'service_completed_successfully' } },
    // The garbage collector hurries before the container's limit is reached.
    environment: { GOMEMLIMIT: '400MiB' },
    secrets: services.map((service) => secretFileName(brokerSecretsOf(service).password)),
    volumes: [volume, './deploy/nats/nats.conf:/etc/nats/nats.conf:ro'],
    networks: ['graph'],
    healthcheck: healthcheck(
      ['wget', '-q', '-O', '/dev/null', `http://127.0.0.1:${BROKER_MONITOR_PORT}/healthz`],
      '30s',
    ),
    deploy: limits('1.0', '512M'),
  };
}

/**
 * Lets the broker's user write its volume, once, and ends. The image knows only root, to whom a new volume belongs;
 * its owner needs no capability to open it.
 */
export function brokerVolumeContainer(): Settings {
  return {
    image: IMAGE,
    user: 'root',
    restart: 'no',
    network_mode: 'none',
    entrypoint: ['chmod'],
    command: ['0777', '/data'],
    volumes: [volume],
    deploy: limits('0.5', '64M'),
  };
}

/**
 * The server takes passwords from its environment alone, and reads them as parts of its configuration: one that begins
 * with a digit or `-` would be taken for a number unless it stands in quotes, and an empty one would let everybody in.
 */
function startScript(services: ReadonlyArray<Service>): string {
  const variables = services.map(brokerPasswordVariable);
  return [
    'password() {',
    `  text="$(sed -e 's/[[:space:]]*$//' -e 's/["\\\\]/\\\\&/g' -e 's/..*/"&"/' "${SECRETS}/$1")"`,
    `  [ -n "$text" ] || { echo "The secret $1 is empty." >&2; exit 1; }`,
    `  printf '%s' "$text"`,
    '}',
    ...services.map(
      (service, index) =>
        `${variables[index]}="$(password ${secretFileName(brokerSecretsOf(service).password)})"`,
    ),
    `export ${variables.join(' ')}`,
    'exec nats-server --config /etc/nats/nats.conf',
    '',
  ].join('\n');
}

/** Compose puts its own variables where it sees a single `$`. */
function escapeDollars(text: string): string {
  return text.replaceAll('$', '$$$$');
}
