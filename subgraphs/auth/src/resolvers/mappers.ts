import type { SessionRecord } from '../store/sessions.js';
import type { UserRecord } from '../store/users.js';

/** What the resolvers of a GraphQL type get as their parent: `<Type>Parent`. */
export type UserParent = UserRecord & {
  /** The request has just proven to be this user's, before it carried a token: the answer to a sign-in. */
  readonly provenSelf?: true;
};
export type SessionParent = SessionRecord;
