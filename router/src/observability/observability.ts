import type { Metrics, RequestScope } from '@supergraph/platform/telemetry';
import { beginSpan, currentRequest, isTracing } from '@supergraph/platform/telemetry';
import type { UsageReport } from '@supergraph/schema/usage';
import type { Request, Response } from 'express';
import { Kind } from 'graphql';
import type { ExecutionHooks } from '../execution/hooks.js';
import type { ExpectedOperation } from '../execution/operation/operation-store.js';
import type { Planner } from '../execution/plan/planner.js';
import type { RouterContext } from '../identity/request-context.js';
import type { Stage, StagedSupergraph } from '../supergraph/loaded-supergraph.js';
import { BoundedNames } from './bounded-names.js';
import { CLIENT_NAME_HEADER, CLIENT_VERSION_HEADER, ClientPrograms } from './client-program.js';
import type { ObservabilitySettings } from './configuration.js';
import { DebugRecording } from './debug/debug-recording.js';
import { describePlan, rounded } from './debug/describe-plan.js';
import type { DescribedPlan } from './debug/described-plan.js';
import { DEBUG_HEADER, DEBUG_SECRET_HEADER, mayDebug } from './debug/may-debug.js';
import { createRouterMetrics } from './metrics/router-metrics.js';
import { observeOperations } from './observe-operations.js';
import type { ObservedRequest } from './observed-request.js';
import { traceFetches } from './trace-fetches.js';
import { SchemaUsage } from './usage/schema-usage.js';
import type { RequestPlugin } from '../http/combine-plugins.js';

/** Operations that have a name of their own in the metrics beside those that are expected. */
const FREQUENT_OPERATIONS = 100;
const USES_BEFORE_A_NAME = 20;
const MILLISECONDS = 1_000;

/** What the router sees of itself: metrics, traces, the use of the schema, and plans for those who ask. */
export interface Observability {
  /** Begins to observe a request, and notes so in its context. */
  begin(context: RouterContext, request: Request, response: Response): RouterContext;
  /** Takes part in Apollo Server's requests. */
  readonly plugin: RequestPlugin;
  /** Takes part in the execution over one version of the supergraph. */
  stage(version: StagedSupergraph): Stage;
  /** Gives a planner whose plans are counted. */
  readonly observePlanner: (planner: Planner) => Planner;
  /** Gives operations a name of their own in the metrics. */
  expect(operations: ReadonlyArray<ExpectedOperation>): void;
  /** How clients used the schema since the process started. */
  readonly usage: () => UsageReport;
}

/** Makes it. */
export function createObservability(settings: ObservabilitySettings, metrics: Metrics): Observability {
  let inFlight = 0;
  const counted = createRouterMetrics(metrics, () => inFlight);
  const operationNames = new BoundedNames(FREQUENT_OPERATIONS, USES_BEFORE_A_NAME);
  const programs = new ClientPrograms();
  const usage = new SchemaUsage();
  /** Planning knows nothing of requests. */
  const byScope = new WeakMap<RequestScope, ObservedRequest>();

  const hooksFor = ({ planner }: StagedSupergraph): ExecutionHooks => ({
    didFetch(record, { observed }) {
      const { subgraph, kind, durationMilliseconds, representations, failure } = record;
      counted.fetchDuration.observe({ subgraph, kind }, durationMilliseconds / MILLISECONDS);
      if (representations > 0) {
        counted.representations.inc({ subgraph }, representations);
      }
      if (failure !== undefined) {
        counted.fetchFailures.inc({ subgraph, code: failure });
      }
      observed?.debug?.fetches.push(record);
    },
    extensions(plan, asked) {
      const { observed, client } = asked.context;
      if (observed === undefined) {
        return undefined;
      }
      counted.planLookups.inc({ result: observed.planMilliseconds === 0 ? 'hit' : 'miss' });
      if (client !== undefined) {
        usage.count(planner.schema, asked, client);
      }
      if (observed.debug === undefined) {
        return undefined;
      }
      const { operation } = asked;
      const described: DescribedPlan = {
        operation: { name: operation.name?.value ?? null, type: operation.operation },
        planMilliseconds: rounded(observed.planMilliseconds),
        totalMilliseconds: rounded(performance.now() - observed.startedAt),
        node: plan === undefined ? null : describePlan(plan, observed.debug.fetches, observed.startedAt),
      };
      return { plan: described };
    },
  });

  return {
    begin(context, request, response) {
      inFlight += 1;
      response.once('close', () => {
        inFlight -= 1;
      });
      const asksForPlan = request.get(DEBUG_HEADER) === 'plan';
      const observed: ObservedRequest = {
        startedAt: performance.now(),
        debug:
          asksForPlan && mayDebug(settings.debug, context.claims, request.get(DEBUG_SECRET_HEADER))
            ? new DebugRecording()
            : undefined,
        span: undefined,
        operationName: undefined,
        planMilliseconds: 0,
      };
      const scope = currentRequest();
      if (scope !== undefined) {
        byScope.set(scope, observed);
      }
      const client = programs.programFor(request.get(CLIENT_NAME_HEADER), request.get(CLIENT_VERSION_HEADER));
      return Object.assign(context, { client, observed });
    },

    plugin: observeOperations({ counted, metrics, operationNames }),

    stage: (version) => ({
      hooks: hooksFor(version),
      ...(isTracing() ? { wrapFetches: traceFetches } : {}),
    }),

    observePlanner: (planner) => ({
      ...planner,
      plan(document, operationName) {
        const startedAt = performance.now();
        try {
          return planner.plan(document, operationName);
        } finally {
          const milliseconds = performance.now() - startedAt;
          const scope = currentRequest();
          const observed = scope && byScope.get(scope);
          if (observed !== undefined) {
            observed.planMilliseconds += milliseconds;
            const parent = observed.span?.trace ?? scope?.trace;
            beginSpan({ name: 'plan', kind: 'internal', parent, startedAt })?.end();
          }
          counted.planDuration.observe(
            { reason: observed === undefined ? 'warming' : 'request' },
            milliseconds / MILLISECONDS,
          );
        }
      },
    }),

    expect(operations) {
      operationNames.expect(
        operations.flatMap(({ document }) =>
          document.definitions.flatMap((definition) =>
            definition.kind === Kind.OPERATION_DEFINITION ? (definition.name?.value ?? []) : [],
          ),
        ),
      );
    },

    usage: () => usage.report(),
  };
}
