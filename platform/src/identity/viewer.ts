/** Who asks. Deny by default: a rule names whom it lets through, and `anonymous` is never among them by omission. */
export type Viewer =
  | { readonly kind: 'anonymous' }
  | {
      readonly kind: 'user';
      readonly userId: string;
      readonly sessionId: string;
      readonly role: string;
      readonly scopes: ReadonlySet<string>;
    }
  | {
      /** Another service, which asks for itself and not for a user. */
      readonly kind: 'service';
      readonly service: string;
    };

/** Nobody. */
export const ANONYMOUS: Viewer = { kind: 'anonymous' };

/** Tells whether `viewer` is the user of this id. */
export function isViewerUser(viewer: Viewer, userId: string): boolean {
  return viewer.kind === 'user' && viewer.userId === userId;
}

/** Tells whether `viewer` is a user whose token grants `scope`. */
export function hasScope(viewer: Viewer, scope: string): boolean {
  return viewer.kind === 'user' && viewer.scopes.has(scope);
}
