import { createGraphiQLFetcher } from '@graphiql/toolkit';
import type { Fetcher } from '@graphiql/toolkit';
import { keepPlan } from '../plugins/plan/plan-store.js';
import { takePlan } from '../plugins/plan/take-plan.js';
import { explainedFetch } from './explained-fetch.js';

const ASK_FOR_PLAN = { 'supergraph-debug': 'plan' };
const INTROSPECTION = 'IntrospectionQuery';

/**
 * A fetcher for GraphiQL that asks `endpoint` until `signal` ends what is still under way. The plan that a supergraph
 * tells with its answer is kept for the panel of plans, and is not shown with the answer.
 */
export function createFetcher(endpoint: string, signal: AbortSignal, isSupergraph: boolean): Fetcher {
  return createGraphiQLFetcher({
    url: endpoint,
    ...(isSupergraph ? { headers: ASK_FOR_PLAN } : {}),
    fetch: async (_address, init) => {
      const response = await explainedFetch(endpoint, { ...init, signal });
      return isOperation(init) ? withoutPlan(response) : response;
    },
  });
}

/** The editor reads the schema by itself, which is nobody's operation. */
function isOperation(init: RequestInit | undefined): boolean {
  return !(typeof init?.body === 'string' && init.body.includes(INTROSPECTION));
}

async function withoutPlan(response: Response): Promise<Response> {
  if (!/json/.test(response.headers.get('content-type') ?? '')) return response;
  const text = await response.text();
  const init = { status: response.status, statusText: response.statusText, headers: response.headers };
  try {
    const { plan, answer } = takePlan(JSON.parse(text) as object);
    keepPlan(plan);
    return new Response(JSON.stringify(answer), init);
  } catch {
    // Not what was expected: the editor says so.
    keepPlan(undefined);
    return new Response(text, init);
  }
}
