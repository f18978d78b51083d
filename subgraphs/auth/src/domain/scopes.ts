import type { Role } from '../store/users.js';

const SCOPES: Readonly<Record<Role, ReadonlyArray<string>>> = {
  CUSTOMER: ['profile', 'payments'],
  VENDOR: ['profile', 'payments', 'reports'],
  ADMIN: ['profile', 'payments', 'reports', 'admin'],
};

/** What the tokens of a role grant; `@requiresScopes` in the schemas speaks of these. */
export function scopesOf(role: Role): ReadonlyArray<string> {
  return SCOPES[role];
}
