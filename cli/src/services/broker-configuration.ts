import type { Service } from '@supergraph/schema/services';
import { BROKER_MONITOR_PORT, BROKER_PORT } from './addresses.js';
import { brokerPasswordVariable } from './secret-names.js';

/** What everybody needs to read events: look at a stream, and have a consumer that the broker forgets. */
const READ = [
  '$JS.API.INFO',
  '$JS.API.STREAM.INFO.*',
  '$JS.API.STREAM.MSG.GET.*',
  '$JS.API.CONSUMER.CREATE.>',
  '$JS.API.CONSUMER.INFO.>',
  '$JS.API.CONSUMER.DELETE.>',
  '$JS.API.CONSUMER.MSG.NEXT.>',
];

/**
 * Renders `deploy/nats/nats.conf` for the services of the list: a user for each, who may publish its own events alone.
 *
 * @returns text in the format of nats-server 2.10 and newer
 */
export function renderBrokerConfiguration(services: ReadonlyArray<Service>): string {
  return `# The broker of the services’ events: nats-server 2.10 or newer (\`sync_interval\` is refused by older ones).
# Written from subgraphs/services.json by \`npm run services:write\`; change that or cli/src/services, not this file.
# Every service has a user of its own, whose password comes from the environment. A service publishes its own events and
# nobody else’s; all of them may read. Without its password the server does not start.

server_name: supergraph
listen: "0.0.0.0:${BROKER_PORT}"
# For health checks, inside the container only.
http: "127.0.0.1:${BROKER_MONITOR_PORT}"
max_payload: 1MB

jetstream {
  store_dir: "/data"
  # Each service’s stream may hold a quarter of a gigabyte.
  max_file_store: ${services.length}GB
  max_memory_store: 64MB
  # An acknowledged event is on the disk. The default writes every two minutes, and a loss of power would take them.
  sync_interval: always
}

authorization {
  LISTEN = [ "events-heartbeats.*", "_INBOX.>" ]

  users = [
${services.map(renderUser).join('\n')}
  ]
}
`;
}

function renderUser(service: Service): string {
  const { name } = service;
  const own = [
    `events.${name}.>`,
    `events-heartbeats.${name}`,
    `$JS.API.STREAM.CREATE.events-${name}`,
    `$JS.API.STREAM.UPDATE.events-${name}`,
    `$JS.API.STREAM.MSG.DELETE.events-${name}`,
  ];
  return `    {
      user: ${name}, password: $${brokerPasswordVariable(service)}
      permissions {
        subscribe: $LISTEN
        publish: [
${[...own, ...READ].map((subject) => `          "${subject}"`).join('\n')}
        ]
      }
    }`;
}
