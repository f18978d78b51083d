import { useState } from 'react';
import type { SandboxLogin } from '../../../../src/sandbox/configuration.js';
import { useConfiguration } from '../../configuration-context.js';
import { requestToken } from './request-token.js';
import { SessionCard } from './session-card.js';
import { useSession } from './use-session.js';

export function SignInPanel() {
  const { endpoint, logins } = useConfiguration();
  const { ready, session, enter, leave } = useSession();
  const [busy, setBusy] = useState<SandboxLogin>();
  const [failure, setFailure] = useState<string>();

  function attempt(action: () => void) {
    try {
      action();
      setFailure(undefined);
    } catch (error) {
      setFailure(messageOf(error));
    }
  }

  async function signIn(login: SandboxLogin) {
    setBusy(login);
    setFailure(undefined);
    try {
      const token = await requestToken(endpoint, login);
      enter(token, login.label);
    } catch (error) {
      setFailure(`Not signed in as ${login.label}. ${messageOf(error)}`);
    } finally {
      setBusy(undefined);
    }
  }

  return (
    <section className="sandbox-panel" aria-label="Sign in">
      <h2>Sign in</h2>
      <SessionCard session={session} onLeave={() => attempt(leave)} />
      {failure !== undefined && (
        <p className="sandbox-failure" role="alert">
          {failure}
        </p>
      )}
      {logins.length === 0 ? (
        <p>The router offers no logins. Put an Authorization header under “Headers” instead.</p>
      ) : (
        <ul className="sandbox-cards">
          {logins.map((login) => (
            <li key={login.label}>
              <button
                type="button"
                className="sandbox-card"
                aria-label={`Sign in as ${login.label}`}
                disabled={!ready || busy !== undefined}
                onClick={() => void signIn(login)}
              >
                <strong>{busy === login ? `Signing in as ${login.label}…` : login.label}</strong>
                {login.hint !== undefined && <span>{login.hint}</span>}
              </button>
            </li>
          ))}
        </ul>
      )}
      <p className="sandbox-hint">
        The token goes into the “Headers” of the current tab, and tabs opened from it begin with the same. It
        is not stored: reloading the page signs out.
      </p>
    </section>
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
