import type { UserParent } from './mappers.js';

/** A reference to a user, which other services resolve; null when nobody is meant. */
export function toUserReference(id: string | null): (UserParent & { readonly __typename: 'User' }) | null {
  return id === null ? null : { __typename: 'User', id };
}
