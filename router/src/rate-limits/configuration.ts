import { ConfigurationError } from '@supergraph/platform/configuration';
import { describeCause } from '@supergraph/platform/errors';
import { z } from 'zod';
import { parseRateLimitRules, type RateLimitRule } from './rules.js';

/** The variable of the rate limits. */
export const rateLimitsVariables = () => ({ ROUTER_RATE_LIMITS: z.string().optional() });

/**
 * Reads the rules; none when there is no setting.
 *
 * @throws {ConfigurationError} with every mistake
 */
export function readRateLimitsSettings(values: {
  readonly ROUTER_RATE_LIMITS?: string | undefined;
}): ReadonlyArray<RateLimitRule> {
  const { ROUTER_RATE_LIMITS: text } = values;
  if (text === undefined) {
    return [];
  }
  try {
    return parseRateLimitRules(text);
  } catch (error) {
    throw new ConfigurationError([`ROUTER_RATE_LIMITS cannot be used: ${describeCause(error)}.`]);
  }
}
