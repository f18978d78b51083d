import { describe, expect, it } from '@jest/globals';
import { readConfiguration } from './config.js';

const complete = {
  AUTH_URLS: 'http://127.0.0.1:4001/graphql',
  AUTH_SECRET_FROM_PROFILE: 'y'.repeat(32),
  PROFILE_DATABASE_URL: 'postgresql://profile@127.0.0.1/profile_db',
  PROFILE_SECRET_FROM_ROUTER: 'a-secret-of-thirty-two-characters',
  AUTH_JWKS_URL: 'https://auth.example.com/.well-known/jwks.json',
};

describe('readConfiguration', () => {
  it('knows the port, and takes the address of the keys as it is given', () => {
    expect(readConfiguration(complete)).toMatchObject({ port: 4002, jwksUrl: complete.AUTH_JWKS_URL });
  });

  it('has an address of the keys of its own on the embedded default only', () => {
    const { AUTH_JWKS_URL, ...rest } = complete;
    expect(AUTH_JWKS_URL).toBeDefined();
    expect(() => readConfiguration(rest)).toThrow('AUTH_JWKS_URL is not set');
    expect(readConfiguration({ ...rest, SUPERGRAPH_MODE: 'embedded' }).jwksUrl).toBe(
      'http://127.0.0.1:4001/.well-known/jwks.json',
    );
  });

  it('lists what is wrong without repeating values', () => {
    const wrong = {
      ...complete,
      PROFILE_DATABASE_URL: 'mysql://hunter2@db',
      PROFILE_PORT: '99999',
      AUTH_JWKS_URL: 'x',
    };
    expect(() => readConfiguration(wrong)).toThrow(
      /PROFILE_PORT[\s\S]*PROFILE_DATABASE_URL[\s\S]*AUTH_JWKS_URL/,
    );
    expect(() => readConfiguration(wrong)).not.toThrow(/hunter2/);
  });
});
