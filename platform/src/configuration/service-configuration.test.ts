import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import {
  callerSecretsFor,
  type ConfigurationError,
  keysUrlVariable,
  readEnvironment,
  readServiceConfiguration,
  secretNameFor,
  type EnvironmentSource,
} from './index.js';

const routerSecret = 'secret-of-the-router-for-order-desk-00';
const stockSecret = 'secret-of-stock-for-the-order-desk-000';

function mistakesOf(read: () => unknown): ReadonlyArray<string> {
  try {
    read();
  } catch (error) {
    return (error as ConfigurationError).mistakes;
  }
  throw new Error('There should be mistakes.');
}

describe('a database to move to', () => {
  const source: EnvironmentSource = {
    ORDER_DESK_SECRET_FROM_ROUTER: routerSecret,
    ORDER_DESK_DATABASE_URL: 'postgresql://here/orders',
    ORDER_DESK_NEXT_DATABASE_URL: 'postgresql://there/orders',
  };
  const read = (more: EnvironmentSource) =>
    readServiceConfiguration(
      { service: 'order-desk', port: 1, listensTo: [], variables: {} },
      { ...source, ...more },
    ).service.move;

  it('comes with the secret of the gate, or not at all', () => {
    expect(read({ GATE_SECRET: stockSecret })).toEqual({
      nextDatabaseUrl: 'postgresql://there/orders',
      gateSecret: stockSecret,
    });
    expect(read({ ORDER_DESK_NEXT_DATABASE_URL: '' })).toBeUndefined();
    expect(mistakesOf(() => read({}))).toEqual([expect.stringMatching(/^GATE_SECRET is not set\. /)]);
    expect(mistakesOf(() => read({ GATE_SECRET: 'short' }))).toEqual([
      'GATE_SECRET: must be 32 characters or longer',
    ]);
  });
});

describe('callerSecretsFor', () => {
  const read = (source: EnvironmentSource) => callerSecretsFor('order-desk', source);

  it('gives the secret of each caller under the name that both sides use', () => {
    const source = {
      [secretNameFor('order-desk', 'router')]: routerSecret,
      [secretNameFor('order-desk', 'stock-room')]: stockSecret,
      [secretNameFor('stock-room', 'order-desk')]: 'the other direction is not ours: 12345',
    };
    expect(Object.keys(source)[1]).toBe('ORDER_DESK_SECRET_FROM_STOCK_ROOM');
    expect(read(source)).toEqual(
      new Map([
        ['router', routerSecret],
        ['stock-room', stockSecret],
      ]),
    );
  });

  it('reads secrets from files', () => {
    const folder = mkdtempSync(join(tmpdir(), 'supergraph-secrets-'));
    try {
      writeFileSync(join(folder, 'router'), `${routerSecret}\n`);
      expect(read({ ORDER_DESK_SECRET_FROM_ROUTER_FILE: join(folder, 'router') })).toEqual(
        new Map([['router', routerSecret]]),
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each<[string, EnvironmentSource, RegExp]>([
    ['a missing router', {}, /^ORDER_DESK_SECRET_FROM_ROUTER is not set\./],
    ['an empty one', { ORDER_DESK_SECRET_FROM_ROUTER: '' }, /^ORDER_DESK_SECRET_FROM_ROUTER is not set\./],
    [
      'a short one',
      { ORDER_DESK_SECRET_FROM_ROUTER: 'x'.repeat(31) },
      /^ORDER_DESK_SECRET_FROM_ROUTER must be 32 characters or longer\.$/,
    ],
    [
      'one that two callers share',
      { ORDER_DESK_SECRET_FROM_ROUTER: routerSecret, ORDER_DESK_SECRET_FROM_STOCK: routerSecret },
      /two callers share a secret/,
    ],
    [
      'an unreadable file',
      { ORDER_DESK_SECRET_FROM_ROUTER_FILE: '/nowhere/at/all' },
      /^ORDER_DESK_SECRET_FROM_ROUTER_FILE names .* cannot be read \(ENOENT\)\.$/,
    ],
    [
      'a variable beside its file',
      { ORDER_DESK_SECRET_FROM_ROUTER: routerSecret, ORDER_DESK_SECRET_FROM_ROUTER_FILE: '/nowhere' },
      /are both set/,
    ],
  ])('tells of %s, once and without the secret', (_case, source, expected) => {
    const mistakes = mistakesOf(() => read(source));
    expect(mistakes).toEqual([expect.stringMatching(expected)]);
    expect(mistakes[0]).not.toContain(routerSecret);
  });
});

describe('readServiceConfiguration', () => {
  const options = {
    service: 'order-desk',
    port: 4009,
    listensTo: [],
    variables: { DESK_COLOUR: z.string() },
  };
  const complete = {
    ORDER_DESK_DATABASE_URL: 'postgresql://desk@db/desk',
    ORDER_DESK_SECRET_FROM_ROUTER: routerSecret,
    DESK_COLOUR: 'green',
  };

  it('reads what every service is told, by variables that a shell can set, and the service’s own', () => {
    const { service, values } = readServiceConfiguration(options, {
      ...complete,
      ORDER_DESK_PORT: '4100',
      DRAIN_MILLISECONDS: '0',
    });
    expect(service).toEqual({
      common: {
        mode: 'production',
        host: '127.0.0.1',
        logLevel: 'info',
        metricsPort: undefined,
        tokenIssuer: 'supergraph-auth',
        tokenAudience: 'supergraph',
        drainMilliseconds: 0,
        drainNoticeMilliseconds: 2_000,
      },
      port: 4100,
      databaseUrl: complete.ORDER_DESK_DATABASE_URL,
      events: {
        sources: [],
        consumers: [],
        keepMilliseconds: 604_800_000,
        natsUrl: undefined,
        crashPoints: undefined,
      },
      callerSecrets: new Map([['router', routerSecret]]),
    });
    expect(values).toEqual({ DESK_COLOUR: 'green' });
    expect(readServiceConfiguration(options, complete).service.port).toBe(4009);
  });

  it('tells the mistakes of all parts at once', () => {
    const source = { ORDER_DESK_PORT: 'four', LOG_LEVEL: 'loud', DRAIN_MILLISECONDS: '9999999999' };
    const mistakes = mistakesOf(() => readServiceConfiguration(options, source));
    const told = mistakes.map((mistake) => mistake.split(/[: ]/)[0]);
    expect(told.sort()).toEqual([
      'DESK_COLOUR',
      'DRAIN_MILLISECONDS',
      'LOG_LEVEL',
      'ORDER_DESK_DATABASE_URL',
      'ORDER_DESK_PORT',
      'ORDER_DESK_SECRET_FROM_ROUTER',
    ]);
  });

  it.each(['postgres', 'postgresql:db', 'http://db/desk', 'mysql://db/desk'])(
    'refuses %j as the address of a database, without repeating it',
    (url) => {
      const source = { ...complete, ORDER_DESK_DATABASE_URL: url };
      expect(mistakesOf(() => readServiceConfiguration(options, source))).toEqual([
        'ORDER_DESK_DATABASE_URL: must be a postgresql:// address',
      ]);
    },
  );
});

describe('where auth is', () => {
  const read = (source: EnvironmentSource) =>
    readEnvironment({ AUTH_JWKS_URL: keysUrlVariable(source) }, source);

  it('has a default on the embedded default only', () => {
    expect(read({ SUPERGRAPH_MODE: 'embedded' })).toEqual({
      AUTH_JWKS_URL: 'http://127.0.0.1:4001/.well-known/jwks.json',
    });
    for (const source of [{}, { SUPERGRAPH_MODE: 'production' }]) {
      expect(mistakesOf(() => read(source)).map((mistake) => mistake.split(' ')[0])).toEqual([
        'AUTH_JWKS_URL',
      ]);
    }
  });
});
