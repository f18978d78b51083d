import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { ConfigurationError, type EnvironmentSource } from '@supergraph/platform/configuration';
import { readRouterConfiguration } from '@supergraph/router';
import { readServices } from '@supergraph/schema/services';
import { ROOT } from '../root.js';
import { callerSecretsOf } from './secret-names.js';
import { readMigrationUrls } from './migration-urls.js';
import { readOwnVariables } from './variable.js';

type Read = (source: EnvironmentSource) => unknown;

const services = readServices(ROOT);
const text = readFileSync(join(ROOT, '.env.example'), 'utf8');
const listed: Readonly<Record<string, string>> = Object.fromEntries(
  [...text.matchAll(/^([A-Z][A-Z0-9_]*)=(.*)$/gm)].map(([, name, value]) => [name, value]),
);
/** What has no default, given a value that every reader accepts. */
const needed: Record<string, string> = Object.fromEntries(
  Object.keys(listed).flatMap((name): ReadonlyArray<[string, string]> => {
    if (/_DATABASE_(OWNER_)?URL$/.test(name))
      return [[name, 'postgresql://role:password@localhost/database']];
    if (/SECRET/.test(name) && name !== 'SECRETS_FOLDER')
      return [[name, `a secret of the test: ${name}`.padEnd(40)]];
    if (name === 'AUTH_JWKS_URL') return [[name, 'http://auth.example.com/.well-known/jwks.json']];
    return name.endsWith('_URLS') ? [[name, 'http://service.example.com/graphql']] : [];
  }),
);
const readers = new Map<string, Read>();

beforeAll(async () => {
  readers.set('router', readRouterConfiguration);
  for (const service of services) {
    const { readConfiguration } = (await import(`@supergraph/${service.name}`)) as {
      readConfiguration: Read;
    };
    readers.set(service.name, readConfiguration);
    readers.set(`migration of ${service.name}`, (source) => readMigrationUrls(service, source));
  }
});

/** Lets a reader read, and tells which variables it asked for. A missing one ends some readers early. */
function namesReadBy(read: Read, environment: EnvironmentSource): ReadonlySet<string> {
  const names = new Set<string>();
  const recorder = new Proxy(environment, {
    get: (target, name) => {
      names.add(String(name));
      return target[String(name)];
    },
  });
  try {
    read(recorder);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
  }
  // NAME_FILE is asked for beside NAME, and is no variable of its own.
  return new Set(
    [...names].filter((name) => !names.has(name.replace(/_FILE$/, '')) || !name.endsWith('_FILE')),
  );
}

/** Plain data of a configuration; functions, such as the router's, say nothing here. */
function plain(configuration: unknown): unknown {
  return JSON.parse(
    JSON.stringify(configuration, (_key, value: unknown) => (value instanceof Map ? [...value] : value)),
  );
}

describe('.env.example', () => {
  it('lists each variable once, under a line that explains it', () => {
    const lines = text.split('\n');
    const assignments = lines.flatMap((line, index) => (/^[A-Z]/.test(line) ? [index] : []));
    expect(assignments.length).toBe(Object.keys(listed).length);
    for (const index of assignments) {
      expect(lines[index - 1]).toMatch(/^# \S.{5,}\.$/);
    }
  });

  it('lists every variable that a configuration reads', () => {
    for (const [who, read] of readers) {
      for (const environment of [
        {},
        needed,
        { SUPERGRAPH_MODE: 'embedded' },
        { ...needed, SUPERGRAPH_MODE: 'embedded' },
      ]) {
        const unlisted = [...namesReadBy(read, environment)].filter((name) => !(name in listed));
        expect([who, unlisted]).toEqual([who, []]);
      }
    }
  });

  it('lists no variable that nobody reads', () => {
    const read = new Set([...readers.values()].flatMap((reader) => [...namesReadBy(reader, needed)]));
    // Read by docker compose and by scripts/prisma.mjs, which the Compose file and that script show.
    const elsewhere = [
      ...readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8').matchAll(/\$\{([A-Z_]+)/g),
    ].map(([, name]) => name!);
    expect(readFileSync(join(ROOT, 'scripts', 'prisma.mjs'), 'utf8')).toContain('}_SHADOW_DATABASE_URL`');
    const shadows = services.map(({ environmentPrefix }) => `${environmentPrefix}_SHADOW_DATABASE_URL`);
    const known = new Set([...read, ...elsewhere, ...shadows]);
    expect(Object.keys(listed).filter((name) => !known.has(name))).toEqual([]);
  });

  it('tells the true defaults: with them nothing changes', () => {
    const filled = { ...listed, ...needed };
    for (const [who, read] of readers) {
      expect([who, plain(read(filled))]).toEqual([who, plain(read(needed))]);
    }
  });

  it('shows a default wherever there is one: leaving it out and giving another one differ', () => {
    // Without it, how often it is asked says nothing.
    const whole = { ...needed, ROUTER_SUPERGRAPH_URL: 'https://schemas.example.com/supergraph' };
    for (const [name, value] of Object.entries(listed).filter(([, text]) => /^\d+$/.test(text))) {
      const changed = [...readers.values()].filter(
        (read) =>
          JSON.stringify(plain(read({ ...whole, [name]: String(Number(value) + 1) }))) !==
          JSON.stringify(plain(read(whole))),
      );
      expect([name, changed.length > 0]).toEqual([name, true]);
    }
  });

  it('lists the secret of every pair that talks, and the services take them', () => {
    for (const service of services) {
      const secrets = callerSecretsOf(service, services);
      expect(Object.keys(listed)).toEqual(expect.arrayContaining([...secrets]));
      const { callerSecrets } = readers.get(service.name)!(needed) as {
        callerSecrets: ReadonlyMap<string, string>;
      };
      expect(callerSecrets.size).toBe(secrets.length);
    }
  });

  it('gives no secret a default', () => {
    const secrets = Object.entries(listed).filter(([name]) =>
      /SECRET|PASSWORD|DATABASE_URL|OWNER_URL/.test(name),
    );
    expect(secrets.filter(([, value]) => value !== '')).toEqual([]);
  });
});

describe('readOwnVariables', () => {
  it('names the file and the mistake', () => {
    const folder = mkdtempSync(join(tmpdir(), 'supergraph-variables-'));
    const file = join(folder, 'environment.json');
    writeFileSync(file, '[{ "name": "shipping", "explanation": "In lower case." }]');
    expect(() => readOwnVariables(file)).toThrow(/environment\.json cannot be used: .*capital letters/s);
    expect(readOwnVariables(join(folder, 'none.json'))).toEqual([]);
    rmSync(folder, { recursive: true });
  });
});
