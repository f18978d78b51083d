import { describeExpiry } from './token.js';
import { useNow } from './use-now.js';
import type { Session } from './use-session.js';

interface Properties {
  readonly session: Session | undefined;
  readonly onLeave: () => void;
}

/** As whom the current tab asks, until when, and the way out. */
export function SessionCard({ session, onLeave }: Properties) {
  const now = useNow();
  if (session === undefined) {
    return (
      <p className="sandbox-session-card" role="status">
        This tab asks without a token.
      </p>
    );
  }
  return (
    <div className="sandbox-session-card" role="status">
      <span>
        Signed in as <strong>{session.bearer}</strong>
      </span>
      {session.expiresAt !== undefined && (
        <span className="sandbox-hint">
          The token {describeExpiry(session.expiresAt, now)}, at{' '}
          <time dateTime={session.expiresAt.toISOString()}>{session.expiresAt.toLocaleString()}</time>.
        </span>
      )}
      <button type="button" className="sandbox-button" onClick={onLeave}>
        Sign out
      </button>
    </div>
  );
}
