import { useGraphiQL, useHeadersEditorState } from '@graphiql/react';
import { readBearer, withBearer, withoutBearer } from './authorization-header.js';
import { describeToken } from './token.js';

/** The login by which a token came, for as long as the page is open. */
const labels = new Map<string, string>();

export interface Session {
  readonly bearer: string;
  readonly expiresAt?: Date;
}

interface SessionState {
  /** Whether the headers editor is loaded, so that one can sign in. */
  readonly ready: boolean;
  /** Who the current tab's headers say one is; undefined when they carry no token. */
  readonly session: Session | undefined;
  /** @throws Error when the tab's headers cannot be read. */
  readonly enter: (token: string, label: string) => void;
  /** @throws Error when the tab's headers cannot be read. */
  readonly leave: () => void;
}

/** The session is what stands in the current tab's headers, and nothing else: what one sees is what is sent. */
export function useSession(): SessionState {
  const [headers] = useHeadersEditorState();
  const editor = useGraphiQL((state) => state.headerEditor);
  const token = readBearer(headers);
  return {
    ready: editor !== undefined,
    session: token === undefined ? undefined : describeSession(token),
    enter(granted, label) {
      editor?.setValue(withBearer(editor.getValue(), granted));
      labels.set(granted, label);
    },
    leave() {
      editor?.setValue(withoutBearer(editor.getValue()));
    },
  };
}

function describeSession(token: string): Session {
  const { bearer = 'the bearer of a token', expiresAt } = describeToken(token);
  return { bearer: labels.get(token) ?? bearer, ...(expiresAt === undefined ? {} : { expiresAt }) };
}
