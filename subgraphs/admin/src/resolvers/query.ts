import { requireScope } from '@supergraph/platform/identity';
import { readPage } from '@supergraph/platform/paging';
import { requireUuid } from '@supergraph/platform/validation';
import { listAuditEntries } from '../domain/list-audit-entries.js';
import { listErasures } from '../domain/list-erasures.js';
import { findSetting, listSettings } from '../domain/list-settings.js';
import { searchUsers } from '../domain/search-users.js';
import type { QueryResolvers } from '../generated/graphql.js';
import { toAuditFilter } from './audit-filter.js';

export const queryResolvers: QueryResolvers = {
  settings: (_parent, _args, context) => listSettings(context),
  setting: (_parent, { key }, context) => findSetting(context, key),
  auditEntries: (_parent, args, context) =>
    listAuditEntries(context, { page: readPage('auditEntries', args), filter: toAuditFilter(args.filter) }),
  auditEntry: (_parent, { id }, { viewer, loaders }) => {
    requireScope(viewer, 'admin');
    return loaders.auditEntry.load(requireUuid(id));
  },
  userSearch: async (_parent, args, context) => {
    const { text, role, status } = args.filter ?? {};
    const search = { text: text ?? undefined, role: role ?? undefined, status: status ?? undefined };
    // Before the search: what arrives during it need not be in it.
    const asOf = context.usersAsOf();
    const found = await searchUsers(context, { page: readPage('userSearch', args), search });
    return { ...found, asOf };
  },
  erasures: (_parent, args, context) => {
    const { state, userId } = args.filter ?? {};
    const filter = {
      state: state ?? undefined,
      userId: userId === null || userId === undefined ? undefined : requireUuid(userId, 'filter.userId'),
    };
    return listErasures(context, { page: readPage('erasures', args), filter });
  },
  erasure: (_parent, { id }, { viewer, loaders }) => {
    requireScope(viewer, 'admin');
    return loaders.erasure.load(requireUuid(id));
  },
};
