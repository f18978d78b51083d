import { pino, type Logger as PinoLogger } from 'pino';
import type { CommonConfiguration } from '../configuration/index.js';
import { describeError } from './describe-error.js';
import { currentRequest } from './request-scope.js';
import { isTracing } from './span.js';

/** Writes one JSON object a line to standard output. */
export type Logger = PinoLogger;

/** Keys whose values never reach a log: secrets, tokens and what identifies a person. */
const REDACTED_KEYS = [
  'password',
  'passwordHash',
  'accessToken',
  'refreshToken',
  'authorization',
  'cookie',
  'secret',
  'email',
  'name',
  'phone',
  'address',
  'ip',
  'clientIp',
  'userAgent',
  'clientUserAgent',
  'displayName',
  'connectionString',
  'databaseUrl',
  'token',
  'set-cookie',
  'x-supergraph-secret',
  'x-forwarded-client-ip',
  'x-forwarded-user-agent',
].map((key) => `["${key}"]`);

/**
 * Makes the logger of a process. Each line carries the service's name and the trace id of the request
 * that it belongs to; personal data and secrets are replaced by `[redacted]` down to three levels, and errors go
 * under `err`, see {@link describeError}.
 */
export function createLogger(service: string, level: CommonConfiguration['logLevel']): Logger {
  return pino({
    level,
    base: { service, processId: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    mixin: () => {
      const request = currentRequest();
      if (request === undefined) {
        return {};
      }
      const { traceId, spanId } = request.trace;
      return isTracing() ? { traceId, spanId } : { traceId };
    },
    serializers: { err: describeError },
    redact: {
      paths: REDACTED_KEYS.flatMap((key) => [key, `*${key}`, `*.*${key}`, `*.*.*${key}`]),
      censor: '[redacted]',
    },
  });
}
