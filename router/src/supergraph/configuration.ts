import { urlVariable, wholeNumberVariable } from '@supergraph/platform/configuration';
import { z } from 'zod';
import type { SupergraphUrl } from './poll-url.js';

/** Variables about where the supergraph is served. */
export const supergraphVariables = () => ({
  ROUTER_SUPERGRAPH_URL: urlVariable().optional(),
  ROUTER_SUPERGRAPH_POLL_MILLISECONDS: wholeNumberVariable({ minimum: 100, maximum: 3_600_000 }).default(
    10_000,
  ),
  ROUTER_SUPERGRAPH_COPY: z.string().min(1).optional(),
});

/** Gives the parsed {@link supergraphVariables} their names in code; undefined when the supergraph is a file's. */
export function readSupergraphUrl(
  values: z.infer<z.ZodObject<ReturnType<typeof supergraphVariables>>>,
): SupergraphUrl | undefined {
  return values.ROUTER_SUPERGRAPH_URL === undefined
    ? undefined
    : {
        url: values.ROUTER_SUPERGRAPH_URL,
        pollMilliseconds: values.ROUTER_SUPERGRAPH_POLL_MILLISECONDS,
        copyFile: values.ROUTER_SUPERGRAPH_COPY,
      };
}
