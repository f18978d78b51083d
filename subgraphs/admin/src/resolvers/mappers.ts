import type { AuditEntryRecord } from '../store/audit-entries.js';
import type { ErasureStepRecord } from '../store/erasure-steps.js';
import type { ErasureRecord } from '../store/erasures.js';
import type { SettingRecord } from '../store/settings.js';

/** What the resolvers of a GraphQL type get as their parent: `<Type>Parent`. */
export type AuditEntryParent = AuditEntryRecord;
export type ErasureParent = ErasureRecord;
export type ErasureStepParent = ErasureStepRecord;
export type SettingParent = SettingRecord;
/** auth owns users; this service knows their ids. */
export interface UserParent {
  readonly id: string;
}
