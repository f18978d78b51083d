import { requireScope } from '@supergraph/platform/identity';
import { readPage } from '@supergraph/platform/paging';
import { requireUuid } from '@supergraph/platform/validation';
import { listAuditEntries } from '../domain/list-audit-entries.js';
import { findSetting, listSettings } from '../domain/list-settings.js';
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
};
