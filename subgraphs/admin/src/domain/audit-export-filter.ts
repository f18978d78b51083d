import { isUuid } from '@supergraph/platform/validation';
import { z } from 'zod';
import type { AuditFilter } from '../store/audit-entries.js';

const moment = z.iso
  .datetime({ offset: true, error: 'must be a moment such as 2026-01-31T12:00:00Z' })
  .transform((text) => new Date(text));
const text = z.string().min(1, 'must not be empty').max(200, 'must be at most 200 characters');

const filterType = z.strictObject({
  actor: z
    .string()
    .refine(isUuid, 'must be a UUID')
    .transform((id) => id.toLowerCase())
    .optional(),
  action: text.optional(),
  resourceType: text.optional(),
  resourceId: text.optional(),
  from: moment.optional(),
  before: moment.optional(),
});

/** What an export may be narrowed by, as plain texts: of an address or of a command. */
export type AuditExportOptions = z.input<typeof filterType>;

/**
 * Reads what an export is narrowed by.
 *
 * @param options `actor` (UUID), `action`, `resourceType`, `resourceId`, `from` and `before` (RFC 3339)
 * @returns the filter, or what is wrong in plain words
 */
export function readAuditExportFilter(
  options: unknown,
):
  | { readonly type: 'valid'; readonly filter: AuditFilter }
  | { readonly type: 'wrong'; readonly message: string } {
  const parsed = filterType.safeParse(options);
  if (!parsed.success) {
    const mistakes = parsed.error.issues.map(
      ({ path, message }) => `${path.join('.') || 'filter'}: ${message}`,
    );
    return { type: 'wrong', message: `The export cannot be narrowed so: ${mistakes.join('; ')}.` };
  }
  const { actor, from, before, ...texts } = parsed.data;
  return { type: 'valid', filter: { ...texts, actorId: actor, occurredFrom: from, occurredBefore: before } };
}
