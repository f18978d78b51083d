import {
  readServiceConfiguration,
  secretVariable,
  urlVariable,
  wholeNumberVariable,
  type EnvironmentSource,
  type ServiceConfiguration,
} from '@supergraph/platform/configuration';
import { z } from 'zod';
import type { LimitedAction, RateLimit } from './domain/rate-limits.js';
import type { SmtpSettings } from './mail/smtp-mail-port.js';

/** What the auth service is told. */
export interface AuthConfiguration extends ServiceConfiguration {
  /** Encrypts the private signing keys at rest. */
  readonly keyEncryptionSecret: string;
  readonly accessTokenSeconds: number;
  readonly refreshTokenSeconds: number;
  /** What one client may do how often. */
  readonly rateLimits: Readonly<Record<LimitedAction, RateLimit>>;
  /**
   * Where the pages `/verify-email` and `/reset-password` lie that mails link to, without a slash at the end;
   * undefined when mails bring the bare code.
   */
  readonly mailLinkUrl: string | undefined;
  /** Where mails are handed over; undefined when they are not. */
  readonly smtp: SmtpSettings | undefined;
}

/** On a developer's machine all clients share one address, and tests are clients. */
const EMBEDDED_ATTEMPTS = 100_000;

/** Where the page for developers is on a developer's machine; the launcher says when it is elsewhere. */
const EMBEDDED_LINKS = 'http://localhost:4010';

const attemptsVariable = (attempts: number, source: EnvironmentSource): z.ZodType<number> =>
  wholeNumberVariable({ minimum: 1, maximum: 1_000_000 }).default(
    source['SUPERGRAPH_MODE'] === 'embedded' ? EMBEDDED_ATTEMPTS : attempts,
  );

/** Where mails are handed over. */
const smtpVariable = (): z.ZodType<string> =>
  z
    .string()
    .refine(
      (text) =>
        URL.canParse(text) && /^smtps?:$/.test(new URL(text).protocol) && new URL(text).hostname !== '',
      'must be an smtp:// or smtps:// address',
    )
    .describe('an smtp:// or smtps:// address');

/** Where pages lie: their names and the token are put behind it. */
const linkVariable = (): z.ZodType<string> =>
  urlVariable().refine((text) => !/[?#]/.test(text), 'must be an address without ? and #');

const variablesFor = (source: EnvironmentSource) => ({
  AUTH_KEY_ENCRYPTION_SECRET: secretVariable(),
  AUTH_ACCESS_TOKEN_SECONDS: wholeNumberVariable({ minimum: 1, maximum: 86_400 }).default(900),
  AUTH_REFRESH_TOKEN_SECONDS: wholeNumberVariable({ minimum: 60, maximum: 31_536_000 }).default(2_592_000),
  AUTH_REGISTRATIONS_PER_HOUR: attemptsVariable(20, source),
  AUTH_LOGINS_PER_MINUTE: attemptsVariable(60, source),
  AUTH_MAIL_REQUESTS_PER_HOUR: attemptsVariable(30, source),
  AUTH_MAIL_LINK_URL: linkVariable().optional(),
  AUTH_SMTP_URL: smtpVariable().optional(),
  AUTH_MAIL_SENDER: z
    .string()
    .regex(/^[^\r\n]*[^\s@<>]+@[^\s@<>]+>?$/, 'must be an address, such as `Example <no-reply@example.com>`')
    .default('Supergraph <no-reply@localhost>'),
});

/** The services whose events are read, as `subgraphs/services.json` says. */
const LISTENS_TO = ['admin'];

/**
 * Reads the configuration from the environment.
 *
 * @throws {ConfigurationError} with every mistake
 */
export function readConfiguration(source: EnvironmentSource = process.env): AuthConfiguration {
  const { service, values } = readServiceConfiguration(
    { service: 'auth', port: 4001, listensTo: LISTENS_TO, variables: variablesFor(source) },
    source,
  );
  return {
    ...service,
    keyEncryptionSecret: values.AUTH_KEY_ENCRYPTION_SECRET,
    accessTokenSeconds: values.AUTH_ACCESS_TOKEN_SECONDS,
    refreshTokenSeconds: values.AUTH_REFRESH_TOKEN_SECONDS,
    mailLinkUrl:
      values.AUTH_MAIL_LINK_URL ?? (service.common.mode === 'embedded' ? EMBEDDED_LINKS : undefined),
    smtp:
      values.AUTH_SMTP_URL === undefined
        ? undefined
        : { url: values.AUTH_SMTP_URL, sender: values.AUTH_MAIL_SENDER },
    rateLimits: {
      register: { attempts: values.AUTH_REGISTRATIONS_PER_HOUR, windowSeconds: 3_600 },
      login: { attempts: values.AUTH_LOGINS_PER_MINUTE, windowSeconds: 60 },
      requestMail: { attempts: values.AUTH_MAIL_REQUESTS_PER_HOUR, windowSeconds: 3_600 },
    },
  };
}
