import type { Service } from '@supergraph/schema/services';
import { Document, isMap, isScalar, Pair, visit, YAMLMap, type Node } from 'yaml';
import { BROKER_HOST, databaseHost } from './addresses.js';
import { BROKER_VOLUME, brokerContainer, brokerVolumeContainer } from './broker-container.js';
import {
  commonEnvironment,
  database,
  databaseContainer,
  hardening,
  migrationContainer,
  migrationName,
  ownImage,
  routerContainer,
  serviceContainer,
  type Settings,
} from './containers.js';
import {
  brokerSecretsOf,
  callerSecretsOf,
  databaseSecretsOf,
  ownSecretsOf,
  secretFileName,
} from './secret-names.js';

const HEADER = ` Everything in containers: PostgreSQL, a migration job and a service for each database, the broker of their events, and
 the router in front.
 Written from subgraphs/services.json by \`npm run services:write\`; change that or cli/src/services, not this file.
 How to run it, with secrets or databases of your own: docs/deployment.md. In short:
   npm run supergraph -- secrets --out secrets
   echo SECRETS_FOLDER=./secrets >> .env
   docker compose up --build --detach`;

/** Says in the one message that Compose shows where the secrets come from. */
const SECRETS_FOLDER =
  '${SECRETS_FOLDER:?is the folder of secrets; make it with npm run supergraph -- secrets --out secrets}';

/**
 * Renders `docker-compose.yml` for the services of the list.
 *
 * @returns YAML by the Compose specification, with merge keys for what containers have in common
 */
export function renderComposeFile(services: ReadonlyArray<Service>): string {
  const document = new Document({ name: 'supergraph' });
  document.commentBefore = HEADER;
  const root = document.contents as unknown as YAMLMap;
  const add = (name: string, value: Node, comment?: string): void => {
    const key = document.createNode(name);
    key.spaceBefore = true;
    if (comment !== undefined) {
      key.commentBefore = ` ${comment}`;
    }
    root.items.push(new Pair(key, value));
  };
  const block = (
    name: string,
    anchor: string,
    settings: Settings,
    comment: string,
    ...parents: Node[]
  ): Node => {
    const node = withParents(document.createNode(settings), parents);
    add(name, node, comment);
    node.anchor = anchor;
    return node;
  };

  const hardened = block('x-hardened', 'hardened', hardening, 'What no container may do.');
  const alias = (node: Node): Node => document.createAlias(node as YAMLMap);
  const process = block(
    'x-process',
    'process',
    ownImage,
    'The project’s own image: router, services, migrations.',
    alias(hardened),
  );
  const server = block('x-database', 'database', database, 'Every PostgreSQL server.', alias(hardened));
  const environment = block(
    'x-environment',
    'environment',
    commonEnvironment,
    'Every service and the router.',
  );

  const containers = new YAMLMap();
  const addContainer = (name: string, settings: Settings, parent: Node, comment?: string): void => {
    const node = withParents(document.createNode(settings), [alias(parent)]);
    const ownEnvironment = node.get('environment', true);
    if (parent === process && isMap(ownEnvironment) && settings['restart'] !== 'no') {
      withParents(ownEnvironment, [alias(environment)]);
    }
    const key = document.createNode(name);
    key.spaceBefore = containers.items.length > 0;
    if (comment !== undefined) {
      key.commentBefore = ` ${comment}`;
    }
    containers.items.push(new Pair(key, node));
  };
  addContainer(
    'router',
    routerContainer(services),
    process,
    'The only one that is reached from outside. It waits for nobody: a service that is away costs its own fields.',
  );
  for (const service of services) {
    addContainer(service.name, serviceContainer(service, services), process);
    addContainer(migrationName(service), migrationContainer(service), process);
    addContainer(databaseHost(service), databaseContainer(service), server);
  }
  addContainer(
    BROKER_HOST,
    brokerContainer(services),
    hardened,
    'Carries the services’ events. Nobody waits for it: while it is away they read each other’s feeds.',
  );
  addContainer(
    BROKER_VOLUME,
    brokerVolumeContainer(),
    hardened,
    'Opens the new volume to the broker’s user.',
  );
  add('services', containers);

  add(
    'networks',
    document.createNode({
      public: {},
      graph: { internal: true },
      ...Object.fromEntries(services.map((service) => [databaseHost(service), { internal: true }])),
    }),
    'A database is reached by its service and its migration only, and neither has a way out.',
  );
  add(
    'volumes',
    document.createNode({
      ...Object.fromEntries(services.map((service) => [databaseHost(service), {}])),
      [BROKER_VOLUME]: {},
    }),
  );
  add(
    'secrets',
    document.createNode(
      Object.fromEntries(
        secretNames(services).map((name) => [
          secretFileName(name),
          { file: `${SECRETS_FOLDER}/${secretFileName(name)}` },
        ]),
      ),
    ),
    'Files and not variables: a container with a read-only file system takes no others.',
  );
  visit(document, {
    Scalar: (_position, scalar) => {
      // To a reader that follows YAML 1.1 a bare `no` is false.
      if (scalar.value === 'no') {
        scalar.type = 'QUOTE_SINGLE';
      }
    },
  });
  return document.toString({ lineWidth: 0, singleQuote: true });
}

/** Every secret that the containers mount, each once. */
function secretNames(services: ReadonlyArray<Service>): ReadonlyArray<string> {
  return services.flatMap((service) => [
    ...Object.values(databaseSecretsOf(service)),
    ...Object.values(brokerSecretsOf(service)),
    ...callerSecretsOf(service, services),
    ...ownSecretsOf(service),
  ]);
}

/** Puts `<<` first, so that a reader sees at once what the rest adds to. */
function withParents(map: YAMLMap, parents: ReadonlyArray<Node>): YAMLMap {
  for (const parent of parents) {
    map.items.unshift(new Pair(mergeKey(), parent));
  }
  return map;
}

function mergeKey(): Node {
  const key = new Document('<<').contents as unknown as Node;
  if (isScalar(key)) {
    key.type = 'PLAIN';
  }
  return key;
}
