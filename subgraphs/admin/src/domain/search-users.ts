import { requireScope } from '@supergraph/platform/identity';
import { toConnection, type Connection, type Page } from '@supergraph/platform/paging';
import type { UserFilter, UserRole, UserStatus } from '../store/users.js';
import type { DomainContext } from './context.js';

/** Whom to look for; what is undefined does not narrow. */
export interface UserSearch {
  readonly text?: string | undefined;
  readonly role?: UserRole | undefined;
  readonly status?: UserStatus | undefined;
}

/** More would only make the search dear. */
const MAXIMUM_WORDS = 10;

/**
 * Looks for users in the local replica, for ADMIN.
 *
 * @returns references to users, the newest first
 * @throws {ApplicationError} `UNAUTHENTICATED` or `FORBIDDEN`
 */
export async function searchUsers(
  { viewer, store }: DomainContext,
  args: { readonly page: Page; readonly search: UserSearch },
): Promise<Connection<{ readonly id: string }>> {
  requireScope(viewer, 'admin');
  const { text, role, status } = args.search;
  const words = text === undefined ? undefined : wordsOf(text);
  const filter: UserFilter = { words, role, status };
  // A text without a letter or digit is in nobody's name.
  const ids = words?.length === 0 ? [] : await store.users.search(args.page, filter);
  return toConnection(
    args.page,
    ids.map((id) => ({ id })),
    // The list is in the order of the ids alone.
    ({ id }) => ({ at: NO_MOMENT, id }),
  );
}

const NO_MOMENT = new Date(0);

/** The words of a text, as the index cuts them: letters and digits, in lower case. */
export function wordsOf(text: string): ReadonlyArray<string> {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter((word) => word !== '')
    .slice(0, MAXIMUM_WORDS);
}
