import type { ServiceClient } from '@supergraph/platform/service-client';
import { z } from 'zod';

/** A user as auth tells payments; null is what auth did not say. */
export interface DirectoryUser {
  readonly id: string;
  readonly email: string | null;
  readonly name: string | null;
  /** `ACTIVE` may pay. */
  readonly status: string | null;
}

/** What auth, who owns users, tells payments of them: a call a question, however many users it is about. */
export interface UserDirectory {
  /**
   * @returns by user id; who is unknown is absent
   * @throws {ApplicationError} `DEPENDENCY_UNAVAILABLE`
   */
  find(userIds: ReadonlyArray<string>): Promise<ReadonlyMap<string, DirectoryUser>>;
}

const DOCUMENT =
  'query PaymentParties($representations: [_Any!]!) { _entities(representations: $representations) { ... on User { id email name status } } }';

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? null);
const userType = z.object({ id: z.string(), email: text, name: text, status: text });

/** Asks auth over GraphQL, as any service asks for entities of another. */
export function createUserDirectory(auth: ServiceClient): UserDirectory {
  return {
    async find(userIds) {
      const { _entities: users } = await auth.ask({
        document: DOCUMENT,
        variables: { representations: userIds.map((id) => ({ __typename: 'User', id })) },
        data: z.object({ _entities: z.array(userType.nullable()) }),
      });
      return new Map(users.flatMap((user) => (user === null ? [] : [[user.id, user] as const])));
    },
  };
}
