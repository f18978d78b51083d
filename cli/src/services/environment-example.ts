import { join } from 'node:path';
import { secretNameFor } from '@supergraph/platform/configuration';
import { routingUrl, type Service } from '@supergraph/schema/services';
import { composeOnly, everyProcess, everyService, routerOnly } from './fixed-variables.js';
import { callersOf, listenersOf, ownSecretsOf } from './secret-names.js';
import { readOwnVariables, type Variable, type VariableGroup } from './variable.js';

const HEADER = `# Every variable and its default. An empty value counts as none.
# Instead of NAME, NAME_FILE may name a file that holds the value, as container secrets do.
# Secrets have no defaults; \`npm start\` makes random ones of its own under .data/.
# Written by \`npm run services:write\`.`;

/** Lists every variable of the system, by who reads it. */
export function environmentVariables(services: ReadonlyArray<Service>): ReadonlyArray<VariableGroup> {
  return [
    everyProcess,
    routerOnly,
    everyService,
    ...services.map((service) => ({
      heading: `The service ${service.name}`,
      variables: variablesOf(service, services),
    })),
    composeOnly,
  ];
}

/** Renders `.env.example`: a line of explanation and a line `NAME=default` for every variable. */
export function renderEnvironmentExample(services: ReadonlyArray<Service>): string {
  const groups = environmentVariables(services).map(({ heading, variables }) =>
    [
      `# ---- ${heading} ----`,
      ...variables.map(({ name, default: value, explanation }) => `# ${explanation}\n${name}=${value}`),
    ].join('\n\n'),
  );
  return `${[HEADER, ...groups].join('\n\n')}\n`;
}

function variablesOf(service: Service, services: ReadonlyArray<Service>): ReadonlyArray<Variable> {
  const { name, environmentPrefix: prefix } = service;
  const callers = callersOf(service, services);
  const others = callers.filter((caller) => caller !== 'router');
  return [
    { name: `${prefix}_PORT`, default: String(service.port), explanation: 'The port to listen on.' },
    {
      name: `${prefix}_DATABASE_URL`,
      default: '',
      explanation:
        'Needed: its database as postgresql:// address with its own role. `npm start` uses it in place of a server of its own.',
    },
    {
      name: `${prefix}_DATABASE_OWNER_URL`,
      default: '',
      explanation:
        'The same database with the role that owns its tables; only migrations and seeding read it.',
    },
    {
      name: `${prefix}_NEXT_DATABASE_URL`,
      default: '',
      explanation:
        'A second database that it may move to while it runs, with its own role there; see migration/.',
    },
    {
      name: `${prefix}_SHADOW_DATABASE_URL`,
      default: '',
      explanation:
        'An empty database for `npm run prisma -- … migrate dev` when the owner may not create one.',
    },
    {
      name: `${prefix}_URLS`,
      default: '',
      explanation:
        `Its replicas’ addresses for the router, separated by commas; ${routingUrl(service)} when empty.` +
        (others.length > 0 ? ` Needed by ${others.join(' and ')} in production.` : ''),
    },
    ...callers.map((caller) => ({
      name: secretNameFor(name, caller),
      default: '',
      explanation: `Needed by both: the secret by which ${caller} proves itself to ${name}; random, 32 characters or more.`,
    })),
    {
      name: `${prefix}_EVENT_CONSUMERS`,
      default: '',
      explanation:
        `Services that read its events, separated by commas; here ${listenersOf(service, services).join(',') || 'none'}. ` +
        'Until each of them has come, no event is removed.',
    },
    {
      name: `${prefix}_CRASH_POINTS`,
      default: '',
      explanation:
        'For tests, when embedded: where its process kills itself, such as consumer.beforeCommit:2 for the second time.',
    },
    ...ownSecretsOf(service).map((secret) => ({
      name: secret,
      default: '',
      explanation: `Needed: a secret of ${name} alone; random, 32 characters or more.`,
    })),
    ...readOwnVariables(join(service.folder, 'environment.json')),
  ];
}
