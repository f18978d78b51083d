import { toConnection, type Connection, type Page } from '@supergraph/platform/paging';
import { requireScope } from '@supergraph/platform/identity';
import type { UserFilter, UserRecord } from '../store/users.js';
import type { DomainContext } from './context.js';

/**
 * Lists users, the newest first, for ADMIN.
 *
 * @throws {ApplicationError} `UNAUTHENTICATED` or `FORBIDDEN`
 */
export async function listUsers(
  { viewer, store }: DomainContext,
  args: { readonly page: Page; readonly filter: UserFilter },
): Promise<Connection<UserRecord>> {
  requireScope(viewer, 'admin');
  const rows = await store.users.list(args.page, args.filter);
  return toConnection(args.page, rows, (user) => ({ at: user.createdAt, id: user.id }));
}
