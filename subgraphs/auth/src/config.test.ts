import { describe, expect, it } from '@jest/globals';
import { ConfigurationError } from '@supergraph/platform/configuration';
import { readConfiguration } from './config.js';

const COMPLETE = {
  AUTH_DATABASE_URL: 'postgresql://auth@127.0.0.1:5432/auth_db',
  AUTH_KEY_ENCRYPTION_SECRET: 'a-key-encryption-secret-for-tests',
  AUTH_SECRET_FROM_ROUTER: 'a-secret-of-the-router-for-tests-only',
  ADMIN_URLS: 'http://127.0.0.1:4004/graphql',
  ADMIN_SECRET_FROM_AUTH: 'a-secret-of-an-absent-event-source!!',
};

function mistakesOf(more: Readonly<Record<string, string>>): string {
  try {
    readConfiguration({ ...COMPLETE, ...more });
  } catch (error) {
    if (error instanceof ConfigurationError) {
      return error.mistakes.join('\n');
    }
    throw error;
  }
  return 'none';
}

describe('readConfiguration', () => {
  it('gives limits for production, and none that a developer would meet', () => {
    expect(readConfiguration(COMPLETE)).toMatchObject({
      accessTokenSeconds: 900,
      smtp: undefined,
      mailLinkUrl: undefined,
      rateLimits: { login: { attempts: 60, windowSeconds: 60 } },
    });
    expect(readConfiguration({ ...COMPLETE, SUPERGRAPH_MODE: 'embedded' })).toMatchObject({
      mailLinkUrl: 'http://localhost:4010',
      rateLimits: { login: { attempts: 100_000 } },
    });
  });

  it('takes where the pages lie that mails link to', () => {
    const environment = { ...COMPLETE, AUTH_MAIL_LINK_URL: 'https://shop.example.com/account/' };
    expect(readConfiguration(environment).mailLinkUrl).toBe('https://shop.example.com/account');
  });

  it('takes an SMTP server and a sender', () => {
    const url = 'smtps://somebody:secret@mail.example.com:465';
    const sender = 'Example <no-reply@example.com>';
    expect(readConfiguration({ ...COMPLETE, AUTH_SMTP_URL: url, AUTH_MAIL_SENDER: sender }).smtp).toEqual({
      url,
      sender,
    });
  });

  it.each([
    ['AUTH_ACCESS_TOKEN_SECONDS', '1e3'],
    ['AUTH_ACCESS_TOKEN_SECONDS', '0'],
    ['AUTH_REFRESH_TOKEN_SECONDS', '59'],
    ['AUTH_LOGINS_PER_MINUTE', ' 5'],
    ['AUTH_MAIL_LINK_URL', 'shop.example.com'],
    ['AUTH_MAIL_LINK_URL', 'https://shop.example.com/?page='],
    ['AUTH_SMTP_URL', 'http://mail.example.com'],
    ['AUTH_SMTP_URL', 'smtp://'],
    ['AUTH_MAIL_SENDER', 'nobody'],
    ['AUTH_MAIL_SENDER', 'a@example.com\r\nBcc: b@example.com'],
  ])('refuses %s=%j and names it', (name, value) => {
    const mistakes = mistakesOf({ [name]: value });
    expect(mistakes).toContain(name);
    expect(mistakes.split('\n')).toHaveLength(1);
  });
});
