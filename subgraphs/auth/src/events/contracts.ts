import { createEventContracts } from '@supergraph/platform/events';
import { eventSchemas } from '../generated/events.js';

/** The contracts of all events. */
export const eventContracts = createEventContracts(eventSchemas);
