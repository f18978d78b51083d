import { showPlugin } from '../../editor/show-plugin.js';
import { SignInIcon } from './sign-in-icon.js';
import { useNow } from './use-now.js';
import { useSession } from './use-session.js';

/** Says in the top bar as whom the current tab asks; opens the panel where that can be changed. */
export function SessionButton() {
  const { session } = useSession();
  const now = useNow();
  const expired = session?.expiresAt !== undefined && session.expiresAt <= now;
  return (
    <button
      type="button"
      className="sandbox-session"
      data-state={session === undefined ? 'out' : expired ? 'expired' : 'in'}
      title="Open “Sign in”"
      onClick={() => showPlugin('Sign in')}
    >
      <SignInIcon />
      <span>
        {session === undefined ? 'Not signed in' : expired ? `${session.bearer} (expired)` : session.bearer}
      </span>
    </button>
  );
}
