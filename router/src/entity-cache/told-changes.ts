import type { EntityReference } from '@supergraph/platform/events';
import { z } from 'zod';
import type { WrittenPlace } from './client-positions.js';

/** What a subgraph says that a request changed. */
export interface ToldChanges extends WrittenPlace {
  /** Undefined when that is too much to tell. */
  readonly entities: ReadonlyArray<EntityReference> | undefined;
}

const toldType = z.object({
  changes: z
    .object({
      epoch: z.string().regex(/^[0-9a-f-]{36}$/),
      sequence: z
        .string()
        .regex(/^[1-9]\d{0,18}$/)
        .transform(BigInt),
      entities: z
        .array(z.object({ typename: z.string(), id: z.string() }))
        .optional()
        .transform((entities) => entities ?? undefined),
    })
    .nullable(),
});

/**
 * Reads `extensions.changes` of a subgraph's answer.
 *
 * @returns null when it says that nothing was changed, undefined when it says nothing
 */
export function readToldChanges(extensions: unknown): ToldChanges | null | undefined {
  const parsed = toldType.safeParse(extensions);
  if (!parsed.success || parsed.data.changes === null) {
    return parsed.success ? null : undefined;
  }
  const { epoch, sequence, entities } = parsed.data.changes;
  return { epoch, sequence, entities };
}
