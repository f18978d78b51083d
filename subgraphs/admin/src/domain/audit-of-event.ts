import type { ReceivedEvent } from '@supergraph/platform/events';
import { isUuid } from '@supergraph/platform/validation';
import { contracts } from '../events/contracts.js';
import type { AuditEvent } from './audit-chain.js';

/** What the database takes. */
const MAXIMUM_RESOURCE_ID = 200;

const personal = contracts.personalProperties();

/**
 * Gives what the audit log says of an event: `auth.user.suspended` becomes `user.suspended` of the user, with what was
 * told of it but for what the contracts mark as personal. The entry has the event's id, so it is written once.
 */
export function auditOfEvent(event: ReceivedEvent): AuditEvent {
  const { id, type, version, occurredAt, source, aggregate, actor, client } = event;
  const hidden = new Set(personal[`${type}/${version}`]);
  return {
    id,
    occurredAt,
    action: type.slice(source.length + 1),
    resourceType: aggregate.type,
    resourceId: aggregate.id.slice(0, MAXIMUM_RESOURCE_ID),
    actorId: isUuid(actor) ? actor.toLowerCase() : null,
    ip: client.ip,
    userAgent: client.userAgent,
    details: Object.fromEntries(
      Object.entries(event.data as Readonly<Record<string, unknown>>).filter(([name]) => !hidden.has(name)),
    ),
  };
}
