import { readFileSync } from 'node:fs';
import { booleanVariable, ConfigurationError } from '@supergraph/platform/configuration';
import { describeCause } from '@supergraph/platform/errors';
import { z } from 'zod';
import { parseManifest } from './manifest.js';
import type { PersistedOperationsSettings } from './settings.js';

/** The variables of persisted operations. */
export const persistedOperationsVariables = () => ({
  ROUTER_PERSISTED_OPERATIONS_FILE: z.string().optional(),
  ROUTER_PERSISTED_OPERATIONS_MODE: z
    .enum(['off', 'audit', 'safelist'], { message: 'must be off, audit or safelist' })
    .default('off'),
  ROUTER_PERSISTED_OPERATIONS_REQUIRE_ID: booleanVariable().default(false),
  ROUTER_AUTOMATIC_PERSISTED_QUERIES: booleanVariable().default(false),
});

type Values = z.infer<z.ZodObject<ReturnType<typeof persistedOperationsVariables>>>;

/**
 * Gives the parsed {@link persistedOperationsVariables} their names in code.
 *
 * @throws {ConfigurationError} with every mistake, a manifest that cannot be used included
 */
export function readPersistedOperationsSettings(values: Values): PersistedOperationsSettings {
  const settings: PersistedOperationsSettings = {
    file: values.ROUTER_PERSISTED_OPERATIONS_FILE,
    mode: values.ROUTER_PERSISTED_OPERATIONS_MODE,
    requireId: values.ROUTER_PERSISTED_OPERATIONS_REQUIRE_ID,
    automatic: values.ROUTER_AUTOMATIC_PERSISTED_QUERIES,
  };
  const mistakes = mistakesOf(settings);
  if (mistakes.length > 0) {
    throw new ConfigurationError(mistakes);
  }
  return settings;
}

function mistakesOf({ file, mode, requireId, automatic }: PersistedOperationsSettings): string[] {
  const mistakes: string[] = [];
  if (mode !== 'off' && file === undefined) {
    mistakes.push(`ROUTER_PERSISTED_OPERATIONS_MODE is ${mode} and needs ROUTER_PERSISTED_OPERATIONS_FILE.`);
  }
  if (requireId && mode !== 'safelist') {
    mistakes.push('ROUTER_PERSISTED_OPERATIONS_REQUIRE_ID needs ROUTER_PERSISTED_OPERATIONS_MODE=safelist.');
  }
  if (automatic && mode === 'safelist') {
    mistakes.push(
      'ROUTER_AUTOMATIC_PERSISTED_QUERIES would let in what ROUTER_PERSISTED_OPERATIONS_MODE=safelist keeps out.',
    );
  }
  if (file !== undefined) {
    try {
      parseManifest(readFileSync(file, 'utf8'));
    } catch (error) {
      mistakes.push(`ROUTER_PERSISTED_OPERATIONS_FILE: ${file} cannot be used: ${describeCause(error)}.`);
    }
  }
  return mistakes;
}
