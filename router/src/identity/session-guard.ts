import { ApplicationError, describeCause } from '@supergraph/platform/errors';
import type { ReceivedEvent } from '@supergraph/platform/events';
import type { AccessTokenClaims } from '@supergraph/platform/identity';
import type { Logger } from '@supergraph/platform/telemetry';
import type { EventListener } from '../events/followed-source.js';

/** Refuses tokens of sessions that ended before the token did. */
export interface SessionGuard extends EventListener {
  /** @throws {ApplicationError} `TOKEN_INVALID` when the session has ended */
  check(claims: AccessTokenClaims, token: string): Promise<void>;
}

export interface SessionGuardOptions {
  /** Whether the events of the service that signs tokens are known up to a moment ago. */
  readonly isCurrent: () => boolean;
  /** Asks that service whether a token is still good. */
  readonly introspect: (token: string) => Promise<boolean>;
  readonly logger: Logger;
  /** How long a session that ended is remembered: longer than the longest token. */
  readonly rememberMilliseconds?: number;
}

/** How long an answer of the identity service holds, and how long it is left alone after it did not answer. */
const ANSWER_MILLISECONDS = 1_000;
/** Answers are kept for so many tokens at most. */
const MAXIMUM_ANSWERS = 10_000;
const REMEMBER_MILLISECONDS = 3_600_000;

/**
 * Makes the guard. It hears which sessions end: every event whose data has `revokedSessions` names them. While those
 * events are not current it asks the identity service; when that does not answer either, a token that is well signed
 * is good until it ends, since a service that is away must cost its own fields only.
 */
export function createSessionGuard(options: SessionGuardOptions): SessionGuard {
  const { isCurrent, introspect, logger, rememberMilliseconds = REMEMBER_MILLISECONDS } = options;
  const revoked = new Map<string, number>();
  const answers = new Map<string, { readonly isActive: boolean; readonly until: number }>();
  let unansweredUntil = 0;

  const ask = async (sessionId: string, token: string): Promise<boolean> => {
    const now = performance.now();
    const known = answers.get(sessionId);
    if (known !== undefined && known.until > now) {
      return known.isActive;
    }
    if (unansweredUntil > now) {
      return true;
    }
    try {
      const isActive = await introspect(token);
      if (answers.size >= MAXIMUM_ANSWERS) {
        answers.clear();
      }
      answers.set(sessionId, { isActive, until: performance.now() + ANSWER_MILLISECONDS });
      return isActive;
    } catch (error) {
      unansweredUntil = performance.now() + ANSWER_MILLISECONDS;
      logger.warn(
        { cause: describeCause(error) },
        'whether sessions have ended cannot be asked; tokens are good until they end',
      );
      return true;
    }
  };

  return {
    onEvent(event) {
      const until = Date.now() + rememberMilliseconds;
      for (const sessionId of revokedSessionsOf(event)) {
        revoked.set(sessionId, until);
      }
      forgetOld(revoked);
    },
    // What was revoked stays revoked, whatever became of the log that said so.
    onReset() {},
    async check(claims, token) {
      const isRevoked = revoked.has(claims.sessionId);
      if (isRevoked || (!isCurrent() && !(await ask(claims.sessionId, token)))) {
        throw new ApplicationError('TOKEN_INVALID', 'The session has ended. Sign in again.');
      }
    },
  };
}

function revokedSessionsOf(event: ReceivedEvent): ReadonlyArray<string> {
  const sessions: unknown =
    typeof event.data === 'object' && event.data !== null
      ? Reflect.get(event.data, 'revokedSessions')
      : undefined;
  return Array.isArray(sessions) ? sessions.map((id) => String(id).toLowerCase()) : [];
}

/** They were added in the order in which they may be forgotten. */
function forgetOld(revoked: Map<string, number>): void {
  for (const [sessionId, until] of revoked) {
    if (until > Date.now()) {
      return;
    }
    revoked.delete(sessionId);
  }
}
