import { readEnvironment } from '@supergraph/platform/configuration';
import { z } from 'zod';

/** Where this process is to die, for tests of what a `kill -9` leaves behind; nowhere when nothing is said. */
export function readCrashPoints(): string {
  return readEnvironment({ MIGRATION_CRASH_AT: z.string().default('') }).MIGRATION_CRASH_AT;
}
