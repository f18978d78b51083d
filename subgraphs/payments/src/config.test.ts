import { describe, expect, it } from '@jest/globals';
import { readConfiguration } from './config.js';

const complete = {
  PAYMENTS_DATABASE_URL: 'postgresql://payments@127.0.0.1/payments_db',
  PAYMENTS_SECRET_FROM_ROUTER: 'a-secret-of-the-router-for-payments-1',
  AUTH_SECRET_FROM_PAYMENTS: 'a-secret-of-payments-for-auth-0123456',
  AUTH_URLS: 'http://auth-1:4001/graphql, http://auth-2:4001/graphql',
  AUTH_JWKS_URL: 'http://auth:4001/.well-known/jwks.json',
  ADMIN_URLS: 'http://admin:4004/graphql',
  ADMIN_SECRET_FROM_PAYMENTS: 'a-secret-of-payments-for-admin-012345',
};

describe('readConfiguration', () => {
  it('reads every variable', () => {
    const configuration = readConfiguration({ ...complete, PAYMENTS_PORT: '5003' });
    expect(configuration).toMatchObject({
      port: 5003,
      jwksUrl: complete.AUTH_JWKS_URL,
      authUrls: ['http://auth-1:4001/graphql', 'http://auth-2:4001/graphql'],
    });
    expect([...configuration.callerSecrets.keys()]).toEqual(['router']);
  });

  it('knows where auth is on the embedded default, and only there', () => {
    const rest = { ...complete, AUTH_JWKS_URL: '' };
    expect(readConfiguration({ ...rest, SUPERGRAPH_MODE: 'embedded' })).toMatchObject({
      port: 4003,
      jwksUrl: 'http://127.0.0.1:4001/.well-known/jwks.json',
    });
    expect(() => readConfiguration(rest)).toThrow(/AUTH_JWKS_URL is not set/);
  });

  it('has no default for a secret, and does not repeat one', () => {
    const rest = { ...complete, AUTH_SECRET_FROM_PAYMENTS: undefined };
    expect(() => readConfiguration({ ...rest, SUPERGRAPH_MODE: 'embedded' })).toThrow(
      /AUTH_SECRET_FROM_PAYMENTS/,
    );
    const short = { ...rest, AUTH_SECRET_FROM_PAYMENTS: 'swordfish' };
    expect(() => readConfiguration(short)).toThrow(/AUTH_SECRET_FROM_PAYMENTS: must be/);
    expect(() => readConfiguration(short)).not.toThrow(/swordfish/);
  });

  it('has defaults for the worker and reads it otherwise', () => {
    expect(readConfiguration(complete)).toMatchObject({
      hasWorker: true,
      processingDelayMilliseconds: 2_000,
      pollMilliseconds: 500,
      leaseMilliseconds: 15_000,
    });
    const changed = readConfiguration({
      ...complete,
      PAYMENTS_WORKER: 'false',
      PAYMENTS_PROCESSING_DELAY_MILLISECONDS: '0',
      PAYMENTS_POLL_MILLISECONDS: '100',
      PAYMENTS_PROVIDER_LEASE_MILLISECONDS: '30000',
    });
    expect(changed).toMatchObject({
      hasWorker: false,
      processingDelayMilliseconds: 0,
      pollMilliseconds: 100,
      leaseMilliseconds: 30_000,
    });
    const wrong = { ...complete, PAYMENTS_WORKER: 'perhaps', PAYMENTS_POLL_MILLISECONDS: '0' };
    expect(() => readConfiguration(wrong)).toThrow(/PAYMENTS_WORKER[^]*PAYMENTS_POLL_MILLISECONDS/);
  });

  it('lets nobody sign webhooks while no secret is set', () => {
    const secrets = [readConfiguration(complete), readConfiguration(complete)].map(
      ({ webhookSecret }) => webhookSecret,
    );
    expect(secrets[0]).not.toBe(secrets[1]);
    expect(secrets[0]?.length).toBeGreaterThanOrEqual(32);
    const webhookSecret = 'a-secret-of-the-provider-0123456789ab';
    expect(readConfiguration({ ...complete, PAYMENTS_WEBHOOK_SECRET: webhookSecret })).toMatchObject({
      webhookSecret,
    });
  });
});
