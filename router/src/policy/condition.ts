/** What somebody must be or have; the lists say "one of these sets, and all of that set". */
export type Condition =
  | { readonly kind: 'authenticated' }
  | { readonly kind: 'scopes'; readonly anyOf: ReadonlyArray<ReadonlyArray<string>> }
  | { readonly kind: 'policies'; readonly anyOf: ReadonlyArray<ReadonlyArray<string>> };

/** What somebody is and has, as far as conditions ask. */
export interface Grants {
  readonly isAuthenticated: boolean;
  readonly scopes: ReadonlySet<string>;
  readonly policies: ReadonlySet<string>;
}

/** Tells whether a condition is met. Without any set to choose from nobody meets it. */
export function isMet(condition: Condition, grants: Grants): boolean {
  switch (condition.kind) {
    case 'authenticated':
      return grants.isAuthenticated;
    case 'scopes':
      return condition.anyOf.some((all) => all.every((scope) => grants.scopes.has(scope)));
    case 'policies':
      return condition.anyOf.some((all) => all.every((policy) => grants.policies.has(policy)));
  }
}
