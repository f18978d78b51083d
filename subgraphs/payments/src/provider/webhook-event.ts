import { z } from 'zod';

/** What the provider tells by a webhook: the outcome of one charge. Members that are not known are ignored. */
export const providerEventType = z.discriminatedUnion('type', [
  z.object({
    id: z.string().min(1).max(200),
    type: z.literal('charge.succeeded'),
    key: z.string().min(1).max(200),
    reference: z.string().min(1).max(200),
  }),
  z.object({
    id: z.string().min(1).max(200),
    type: z.literal('charge.declined'),
    key: z.string().min(1).max(200),
    reason: z.string().min(1).max(500),
  }),
]);

/** One event of the provider. */
export type ProviderEvent = z.infer<typeof providerEventType>;
