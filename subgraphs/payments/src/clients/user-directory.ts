import type { ServiceClient } from '@supergraph/platform/service-client';
import { z } from 'zod';

/** What auth, who owns users, tells payments of them: a call a question, however many users it is about. */
export interface UserDirectory {
  /**
   * @returns the account's status (`ACTIVE` may pay) by user id; who is unknown is absent
   * @throws {ApplicationError} `DEPENDENCY_UNAVAILABLE`
   */
  findStatuses(userIds: ReadonlyArray<string>): Promise<ReadonlyMap<string, string>>;
  /**
   * @returns the name by user id; who is unknown or has none is absent
   * @throws {ApplicationError} `DEPENDENCY_UNAVAILABLE`
   */
  findNames(userIds: ReadonlyArray<string>): Promise<ReadonlyMap<string, string>>;
}

type UserField = 'name' | 'status';

const DOCUMENTS: Readonly<Record<UserField, string>> = {
  name: toDocument('PaymentPartyNames', 'name'),
  status: toDocument('PaymentPartyStatuses', 'status'),
};

/** One of the two fields is asked for at a time; null is what payments may not see. */
const userType = z.object({ id: z.string(), name: z.string().nullish(), status: z.string().nullish() });

/** Asks auth over GraphQL, as any service asks for entities of another. */
export function createUserDirectory(auth: ServiceClient): UserDirectory {
  const find = async (
    field: UserField,
    userIds: ReadonlyArray<string>,
  ): Promise<ReadonlyMap<string, string>> => {
    const { _entities: users } = await auth.ask({
      document: DOCUMENTS[field],
      variables: { representations: userIds.map((id) => ({ __typename: 'User', id })) },
      data: z.object({ _entities: z.array(userType.nullable()) }),
    });
    const found = users.flatMap((user) => {
      const value = user?.[field];
      return user !== null && typeof value === 'string' ? [[user.id, value] as const] : [];
    });
    return new Map(found);
  };
  return {
    findStatuses: (userIds) => find('status', userIds),
    findNames: (userIds) => find('name', userIds),
  };
}

function toDocument(name: string, field: UserField): string {
  return `query ${name}($representations: [_Any!]!) { _entities(representations: $representations) { ... on User { id ${field} } } }`;
}
