import { createEventContracts } from '@supergraph/platform/events';
import { eventSchemas } from '../generated/events.js';

/** The contracts of all events: what this service tells and hears. */
export const contracts = createEventContracts(eventSchemas);
