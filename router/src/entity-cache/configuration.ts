import { z } from 'zod';

/** How the entity cache is kept. */
export interface EntityCacheSettings {
  /** The most that it may take, in bytes, as near as can be told; 0 for no cache. */
  readonly bytes: number;
  /**
   * Whether an answer is kept only when nothing that it tells was changed while it was fetched: true when not given.
   * Only the test that shows what happens otherwise says false.
   */
  readonly checksChanges?: boolean;
}

const MEBIBYTE = 1024 * 1024;

/** The environment variables of the entity cache. */
export const entityCacheVariables = () => ({
  ROUTER_ENTITY_CACHE_BYTES: z.coerce
    .number({ message: 'must be a number of bytes, 0 for no cache' })
    .int()
    .min(0)
    .default(64 * MEBIBYTE),
});

/** Gives the settings from the values of {@link entityCacheVariables}. */
export function readEntityCacheSettings(values: {
  readonly ROUTER_ENTITY_CACHE_BYTES: number;
}): EntityCacheSettings {
  return { bytes: values.ROUTER_ENTITY_CACHE_BYTES };
}
