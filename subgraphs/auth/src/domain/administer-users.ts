import { ApplicationError } from '@supergraph/platform/errors';
import { requireScope } from '@supergraph/platform/identity';
import type { AccountChange } from '../store/accounts.js';
import type { Role } from '../store/users.js';
import type { DomainContext } from './context.js';
import type { LastAdmin, UserChanged, UserErased, UserNotFound } from './outcomes.js';

/** What an ADMIN's change of an account can come to. */
export type AdministrationOutcome = UserChanged | UserNotFound | UserErased | LastAdmin;

/**
 * Gives a user another role, and ends the sessions whose tokens carry the old one.
 *
 * @throws {ApplicationError} `UNAUTHENTICATED` or `FORBIDDEN`
 */
export function changeUserRole(
  context: DomainContext,
  args: { readonly userId: string; readonly role: Role },
): Promise<AdministrationOutcome> {
  return administer(context, args.userId, { role: args.role });
}

/**
 * Closes an account for the time being, and ends its sessions.
 *
 * @throws {ApplicationError} `UNAUTHENTICATED` or `FORBIDDEN`
 */
export function suspendUser(
  context: DomainContext,
  args: { readonly userId: string },
): Promise<AdministrationOutcome> {
  return administer(context, args.userId, { status: 'SUSPENDED' });
}

/**
 * Opens a suspended account again; its owner signs in anew.
 *
 * @throws {ApplicationError} `UNAUTHENTICATED` or `FORBIDDEN`
 */
export function reinstateUser(
  context: DomainContext,
  args: { readonly userId: string },
): Promise<AdministrationOutcome> {
  return administer(context, args.userId, { status: 'ACTIVE' });
}

async function administer(
  { viewer, store, client }: DomainContext,
  userId: string,
  change: AccountChange['change'],
): Promise<AdministrationOutcome> {
  const actor = requireScope(viewer, 'admin');
  const outcome = await store.accounts.change({
    actorId: actor.userId,
    actorSessionId: actor.sessionId,
    client,
    userId,
    change,
  });
  if (outcome.type === 'actorRefused') {
    // The token still says ADMIN, the account says so no more.
    throw new ApplicationError(
      'FORBIDDEN',
      'Your session has ended or you are no ADMIN any more; sign in again.',
    );
  }
  return outcome;
}
