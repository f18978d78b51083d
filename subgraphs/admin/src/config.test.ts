import { describe, expect, it } from '@jest/globals';
import { readConfiguration } from './config.js';

const NEEDED = {
  AUTH_URLS: 'http://127.0.0.1:4001/graphql',
  AUTH_SECRET_FROM_ADMIN: 'y'.repeat(32),
  PROFILE_URLS: 'http://127.0.0.1:4001/graphql',
  PROFILE_SECRET_FROM_ADMIN: 'y'.repeat(32),
  PAYMENTS_URLS: 'http://127.0.0.1:4001/graphql',
  PAYMENTS_SECRET_FROM_ADMIN: 'y'.repeat(32),
  ADMIN_DATABASE_URL: 'postgresql://admin_service:secret@127.0.0.1/admin_db',
  ADMIN_SECRET_FROM_ROUTER: 'x'.repeat(32),
};

describe('readConfiguration', () => {
  it('looks for the keys at auth on a developer’s machine', () => {
    expect(readConfiguration({ ...NEEDED, SUPERGRAPH_MODE: 'embedded' })).toMatchObject({
      port: 4004,
      jwksUrl: 'http://127.0.0.1:4001/.well-known/jwks.json',
    });
  });

  it('does not guess elsewhere whose tokens to trust', () => {
    expect(() => readConfiguration(NEEDED)).toThrow(/AUTH_JWKS_URL is not set/);
    const jwksUrl = 'https://auth.example.com/.well-known/jwks.json';
    expect(readConfiguration({ ...NEEDED, AUTH_JWKS_URL: jwksUrl })).toMatchObject({ jwksUrl });
  });

  it('gives each step of an erasure an hour unless told otherwise', () => {
    const read = (more: Readonly<Record<string, string>>) =>
      readConfiguration({ ...NEEDED, SUPERGRAPH_MODE: 'embedded', ...more }).erasureStepMilliseconds;
    expect(read({})).toBe(3_600_000);
    expect(read({ ADMIN_ERASURE_STEP_DEADLINE_SECONDS: '90' })).toBe(90_000);
    expect(() => read({ ADMIN_ERASURE_STEP_DEADLINE_SECONDS: '0' })).toThrow(
      /ADMIN_ERASURE_STEP_DEADLINE_SECONDS/,
    );
  });

  it('lists every mistake', () => {
    expect(() =>
      readConfiguration({ ADMIN_PORT: '70000', ADMIN_DATABASE_URL: 'mysql://x', AUTH_JWKS_URL: 'file:///x' }),
    ).toThrow(/ADMIN_PORT[^]*ADMIN_DATABASE_URL[^]*AUTH_JWKS_URL/);
  });
});
