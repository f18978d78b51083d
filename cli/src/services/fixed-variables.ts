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
      name: 'DRAIN_NOTICE_MILLISECONDS',
      default: '2000',
      explanation:
        'How long an ending process goes on accepting while /health/ready says 503, so that balancers turn away; 0 when embedded.',
    },
    {
      name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
      default: '',
      explanation:
        'A collector of OpenTelemetry that traces are sent to over HTTP, such as http://collector:4318. None when empty.',
    },
    {
      name: 'OTEL_EXPORTER_OTLP_HEADERS',
      default: '',
      explanation: 'Headers for the collector, such as api-key=…, separated by commas.',
    },
    {
      name: 'OTEL_SERVICE_NAME',
      default: '',
      explanation: 'What a process is called in traces; its own name when empty.',
    },
    {
      name: 'OTEL_RESOURCE_ATTRIBUTES',
      default: '',
      explanation: 'More about the process for traces: name=value, separated by commas.',
    },
    {
      name: 'OTEL_TRACES_SAMPLER',
      default: 'parentbased_always_on',
      explanation:
        'Which traces are recorded: always_on, always_off, traceidratio, or one of them after parentbased_.',
    },
    {
      name: 'OTEL_TRACES_SAMPLER_ARG',
      default: '',
      explanation: 'The share of traces that a sampler by ratio records, 0 to 1; all when empty.',
    },
    {
      name: 'OTEL_SDK_DISABLED',
      default: 'false',
      explanation: '`true` sends no traces, whatever else is set.',
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
    {
      name: 'GATE_SECRET',
      default: '',
      explanation:
        'Needed by services that may move to another database: by it the migration tells them to; random, 32 characters or more.',
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
      name: 'ROUTER_SUBGRAPH_TIMEOUTS',
      default: '',
      explanation: 'Subgraphs with a time of their own, in milliseconds, such as payments:3000,admin:8000.',
    },
    {
      name: 'ROUTER_SUBGRAPH_QUEUE',
      default: '256',
      explanation: 'How many requests to one subgraph may wait for a connection; more are refused at once.',
    },
    {
      name: 'ROUTER_SUBGRAPH_QUEUE_MILLISECONDS',
      default: '2000',
      explanation: 'How long each of them may wait, in milliseconds.',
    },
    {
      name: 'ROUTER_RETRY_PERCENT',
      default: '20',
      explanation: 'How many queries of a hundred may be sent to a subgraph once more; 0 for none.',
    },
    {
      name: 'ROUTER_BREAKER_FAILURES',
      default: '10',
      explanation:
        'Failures among the last 20 answers by which a replica is not asked until it is back; 0 for never.',
    },
    {
      name: 'ROUTER_MAXIMUM_IN_FLIGHT',
      default: '1000',
      explanation: 'How many requests the router answers at once; fewer while it has more to do than it can.',
    },
    {
      name: 'ROUTER_QUEUE_MILLISECONDS',
      default: '1000',
      explanation: 'How long a request beyond them may wait before it is refused with 503, in milliseconds.',
    },
    {
      name: 'ROUTER_SUPERGRAPH_URL',
      default: '',
      explanation: 'An address that serves the composed graph, asked again and again; the file when empty.',
    },
    {
      name: 'ROUTER_SUPERGRAPH_POLL_MILLISECONDS',
      default: '10000',
      explanation: 'How often that address is asked, in milliseconds.',
    },
    {
      name: 'ROUTER_SUPERGRAPH_COPY',
      default: '',
      explanation:
        'A file in which the last good graph of that address is kept, for a start while it is away.',
    },
    {
      name: 'ROUTER_INTROSPECTION',
      default: '',
      explanation: '`true` lets clients read the schema. When empty: only when embedded.',
    },
    {
      name: 'ROUTER_MAXIMUM_DEPTH',
      default: '50',
      explanation: 'Levels of fields in one operation, and of values in its variables.',
    },
    {
      name: 'ROUTER_MAXIMUM_ALIASES',
      default: '200',
      explanation: 'Aliases in one operation, fragments followed.',
    },
    {
      name: 'ROUTER_MAXIMUM_ROOT_FIELDS',
      default: '50',
      explanation: 'Fields of the root type in one operation.',
    },
    {
      name: 'ROUTER_MAXIMUM_FIELDS',
      default: '10000',
      explanation: 'Fields in one operation, fragments followed.',
    },
    { name: 'ROUTER_MAXIMUM_TOKENS', default: '15000', explanation: 'Lexical tokens of one operation.' },
    {
      name: 'ROUTER_MAXIMUM_DIRECTIVES',
      default: '200',
      explanation: 'Directives in one operation, fragments followed.',
    },
    {
      name: 'ROUTER_MAXIMUM_VARIABLE_CHARACTERS',
      default: '200000',
      explanation: 'Characters of all names and texts in the variables; other values count as 8.',
    },
    {
      name: 'ROUTER_MAXIMUM_LIST_LENGTH',
      default: '1000',
      explanation: 'Values in one list of the variables.',
    },
    {
      name: 'ROUTER_MAXIMUM_OPERATION_NAME_LENGTH',
      default: '256',
      explanation: 'Characters of `operationName`.',
    },
    {
      name: 'ROUTER_PERSISTED_OPERATIONS_FILE',
      default: '',
      explanation: 'A manifest of persisted operations in Apollo’s format, read again when it changes.',
    },
    {
      name: 'ROUTER_PERSISTED_OPERATIONS_MODE',
      default: 'off',
      explanation:
        'What is done with operations that are not in it: off takes them, audit tells them, safelist refuses them.',
    },
    {
      name: 'ROUTER_PERSISTED_OPERATIONS_REQUIRE_ID',
      default: 'false',
      explanation: '`true` takes operations by their id only; for safelist.',
    },
    {
      name: 'ROUTER_AUTOMATIC_PERSISTED_QUERIES',
      default: 'false',
      explanation: '`true` keeps what clients send with its hash, for those who send the hash alone.',
    },
    {
      name: 'ROUTER_RATE_LIMITS',
      default: '',
      explanation:
        'JSON: a list of rules about how many requests of one caller are let through; each router counts alone.',
    },
    {
      name: 'ROUTER_HEADER_RULES',
      default: '',
      explanation: 'JSON: a list of rules about which headers of a client go to which subgraphs.',
    },
    {
      name: 'ROUTER_TRUSTED_PROXIES',
      default: '0',
      explanation: 'How many proxies in front of the router are believed about the client’s address.',
    },
    {
      name: 'ROUTER_ENTITY_CACHE_BYTES',
      default: '67108864',
      explanation: 'How much the entity cache may take, in bytes; 0 for none.',
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
      name: 'ROUTER_UNAUTHORIZED',
      default: 'filter',
      explanation:
        'What becomes of an operation that asks for what may not be had: `filter` makes those fields null, `reject` refuses it.',
    },
    {
      name: 'ROUTER_MAXIMUM_COST',
      default: '0',
      explanation:
        'The estimated cost above which an operation is refused; no limit when 0. 100000 when embedded.',
    },
    {
      name: 'ROUTER_ASSUMED_LIST_LENGTH',
      default: '10',
      explanation: 'How long a list is taken to be, for the cost, when the graph does not say.',
    },
    {
      name: 'ROUTER_DEBUG_SCOPE',
      default: '',
      explanation:
        'Whoever’s token has this scope is shown the plan of an operation with `Supergraph-Debug: plan`. Everybody when embedded.',
    },
    {
      name: 'ROUTER_DEBUG_ROLE',
      default: '',
      explanation: 'Likewise whoever’s token has this role.',
    },
    {
      name: 'ROUTER_DEBUG_SECRET',
      default: '',
      explanation: 'Likewise whoever sends this secret in `Supergraph-Debug-Secret`; 32 characters or more.',
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
