import type { VariableGroup } from './variable.js';

/** Read by every service and by the router. */
export const everyProcess: VariableGroup = {
  heading: 'Every service and the router',
  variables: [
    {
      name: 'SUPERGRAPH_MODE',
      default: 'production',
      explanation:
        '`embedded` on a developer’s machine, where clients are shown the causes of errors; else `production`.',
    },
    {
      name: 'HOST',
      default: '127.0.0.1',
      explanation: 'The address to listen on; 0.0.0.0 for every interface.',
    },
    {
      name: 'METRICS_PORT',
      default: '',
      explanation: 'A port of its own for /metrics; on the port of the service when empty.',
    },
    { name: 'LOG_LEVEL', default: 'info', explanation: 'debug, info, warn, error or silent.' },
    {
      name: 'TOKEN_ISSUER',
      default: 'supergraph-auth',
      explanation: 'Who signs access tokens: their `iss`. The same in every process.',
    },
    {
      name: 'TOKEN_AUDIENCE',
      default: 'supergraph',
      explanation: 'For whom access tokens are: their `aud`. The same in every process.',
    },
    {
      name: 'DRAIN_MILLISECONDS',
      default: '10000',
      explanation: 'How long an ending process waits for what it has begun, in milliseconds.',
    },
    {
      name: 'AUTH_JWKS_URL',
      default: '',
      explanation:
        'Where the keys of access tokens are served, such as http://auth:4001/.well-known/jwks.json. Needed in production.',
    },
  ],
};

/** Read by every service. */
export const everyService: VariableGroup = {
  heading: 'Every service',
  variables: [
    {
      name: 'EVENT_RETENTION_HOURS',
      default: '168',
      explanation: 'How long told events stay at least; what a consumer has not read stays longer.',
    },
    {
      name: 'NATS_URL',
      default: '',
      explanation:
        'Addresses of NATS servers that carry the events, such as nats://nats:4222. The services’ own feeds when empty.',
    },
  ],
};

/** Read by the router alone. */
export const routerOnly: VariableGroup = {
  heading: 'The router',
  variables: [
    { name: 'ROUTER_PORT', default: '4000', explanation: 'The port to listen on.' },
    {
      name: 'ROUTER_SUPERGRAPH_FILE',
      default: '',
      explanation:
        'The composed graph to serve, read again when it changes; schema/supergraph.graphql when empty.',
    },
    {
      name: 'ROUTER_CORS_ORIGINS',
      default: '',
      explanation:
        'Origins that browsers may call from, separated by commas. None when empty; local ones when embedded.',
    },
    {
      name: 'ROUTER_SUBGRAPH_TIMEOUT_MILLISECONDS',
      default: '5000',
      explanation: 'How long one subgraph may take to answer, in milliseconds.',
    },
    {
      name: 'ROUTER_REQUEST_TIMEOUT_MILLISECONDS',
      default: '15000',
      explanation: 'How long a whole request may take, in milliseconds.',
    },
    {
      name: 'ROUTER_MAXIMUM_BODY_BYTES',
      default: '262144',
      explanation: 'The largest request body that is read, in bytes.',
    },
    {
      name: 'ROUTER_SUBGRAPH_CONNECTIONS',
      default: '64',
      explanation: 'Connections to one replica of a subgraph at most.',
    },
    {
      name: 'ROUTER_INTROSPECTION',
      default: '',
      explanation: '`true` lets clients read the schema. When empty: only when embedded.',
    },
    {
      name: 'ROUTER_TRUSTED_PROXIES',
      default: '0',
      explanation: 'How many proxies in front of the router are believed about the client’s address.',
    },
    {
      name: 'ROUTER_EVENT_SOURCES',
      default: '',
      explanation:
        'Subgraphs that serve their events beside /graphql, separated by commas; the router follows them.',
    },
    {
      name: 'ROUTER_IDENTITY_SUBGRAPH',
      default: 'auth',
      explanation: 'The subgraph that signs access tokens and tells which sessions have ended.',
    },
    {
      name: 'ROUTER_SANDBOX',
      default: '',
      explanation: '`true` serves the sandbox at /. When empty: only when embedded.',
    },
    {
      name: 'ROUTER_SANDBOX_SETTINGS',
      default: '',
      explanation: 'JSON with the sandbox’s title, example operations and, when embedded, demo logins.',
    },
  ],
};

/** Read by `docker compose` when it reads docker-compose.yml. */
export const composeOnly: VariableGroup = {
  heading: 'docker-compose.yml only',
  variables: [
    {
      name: 'SECRETS_FOLDER',
      default: '',
      explanation: 'Needed there: the folder that `npm run supergraph -- secrets --out FOLDER` made.',
    },
    {
      name: 'PUBLISHED_ADDRESS',
      default: '127.0.0.1',
      explanation: 'The address of this machine on which the router’s port is published.',
    },
    {
      name: 'SUPERGRAPH_IMAGE',
      default: 'supergraph:local',
      explanation: 'The image to build or to run.',
    },
  ],
};
