import { wholeNumberVariable } from '@supergraph/platform/configuration';
import type { z } from 'zod';

/** How much the router takes on at once. */
export interface OverloadSettings {
  /** Requests under way at once. */
  readonly maximumInFlight: number;
  /** How long a request beyond them may wait; as many may wait as may be under way. */
  readonly waitMilliseconds: number;
}

/** Variables about how much the router takes on. */
export const overloadVariables = () => ({
  ROUTER_MAXIMUM_IN_FLIGHT: wholeNumberVariable({ minimum: 1, maximum: 1_000_000 }).default(1_000),
  ROUTER_QUEUE_MILLISECONDS: wholeNumberVariable({ minimum: 1, maximum: 3_600_000 }).default(1_000),
});

/** Gives the parsed {@link overloadVariables} their names in code. */
export function readOverloadSettings(
  values: z.infer<z.ZodObject<ReturnType<typeof overloadVariables>>>,
): OverloadSettings {
  return {
    maximumInFlight: values.ROUTER_MAXIMUM_IN_FLIGHT,
    waitMilliseconds: values.ROUTER_QUEUE_MILLISECONDS,
  };
}
