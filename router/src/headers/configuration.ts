import { ConfigurationError } from '@supergraph/platform/configuration';
import { describeCause } from '@supergraph/platform/errors';
import { z } from 'zod';
import { parseHeaderRules, type HeaderRule } from './rules.js';

/** The variable of the rules about headers. */
export const headersVariables = () => ({ ROUTER_HEADER_RULES: z.string().optional() });

/**
 * Reads the rules; none when there is no setting.
 *
 * @throws {ConfigurationError} with every mistake
 */
export function readHeadersSettings(values: {
  readonly ROUTER_HEADER_RULES?: string | undefined;
}): ReadonlyArray<HeaderRule> {
  const { ROUTER_HEADER_RULES: text } = values;
  if (text === undefined) {
    return [];
  }
  try {
    return parseHeaderRules(text);
  } catch (error) {
    throw new ConfigurationError([`ROUTER_HEADER_RULES cannot be used: ${describeCause(error)}.`]);
  }
}
