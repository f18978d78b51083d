import { buildSchema } from 'graphql';
import { buildClientSchema } from '../composition/client-schema.js';
import type { CompositionMessage, SubgraphSource } from '../composition/compose-supergraph.js';
import { composeSupergraph } from '../composition/compose-supergraph.js';
import type { PlanSummaries } from '../operations/plan-summary.js';
import { summarizePlans } from '../operations/plan-summary.js';
import type { OperationFile, OperationProblem } from '../operations/saved-operations.js';
import { parseSavedOperations, validateOperation } from '../operations/saved-operations.js';
import { findNonNullCrossingFields } from './crossing-fields.js';
import type { Finding } from './finding.js';
import type { SchemaChange } from './schema-changes.js';
import { compareSchemas } from './schema-changes.js';

export interface GraphToCheck {
  readonly subgraphs: ReadonlyArray<SubgraphSource>;
  readonly operationFiles: ReadonlyArray<OperationFile>;
  /** What clients were last promised; undefined before the first time. */
  readonly publishedSdl: string | undefined;
}

export interface CheckedGraph {
  readonly findings: ReadonlyArray<Finding>;
  /** Undefined when the services do not compose. */
  readonly supergraphSdl: string | undefined;
  /** What clients would see; undefined when there is nothing that they could. */
  readonly apiSdl: string | undefined;
  /** The plans of those saved operations that are valid. */
  readonly plans: PlanSummaries;
  /** Against the published schema; empty when nothing is published. */
  readonly changes: ReadonlyArray<SchemaChange>;
}

/**
 * Everything that can be said of a set of services without looking at what else is committed: composition,
 * what clients would see, crossing fields, saved operations and their plans, changes. Whether a change is
 * acknowledged is left to the caller.
 */
export async function checkGraph(graph: GraphToCheck): Promise<CheckedGraph> {
  const parsed = parseSavedOperations(graph.operationFiles);
  const findings: Finding[] = parsed.problems.map(operationFinding);
  const finish = (rest: Partial<CheckedGraph>): CheckedGraph => ({
    findings,
    supergraphSdl: undefined,
    apiSdl: undefined,
    plans: {},
    changes: [],
    ...rest,
  });

  const composition = composeSupergraph(graph.subgraphs);
  if (composition.type === 'failure') {
    findings.push(...composition.errors.map(compositionErrorFinding));
    return finish({});
  }
  const { supergraphSdl } = composition;
  findings.push(...composition.hints.map(compositionHintFinding));
  findings.push(...findNonNullCrossingFields(graph.subgraphs).map(crossingFinding));

  const clientSchema = buildClientSchema(supergraphSdl);
  if (clientSchema.type === 'failure') {
    findings.push(...clientSchema.errors.map(clientSchemaFinding));
    return finish({ supergraphSdl });
  }
  const { apiSdl } = clientSchema;
  const apiSchema = buildSchema(apiSdl);
  const valid = parsed.operations.filter((operation) => {
    const problems = validateOperation(apiSchema, operation);
    findings.push(...problems.map(operationFinding));
    return problems.length === 0;
  });
  const changes =
    graph.publishedSdl === undefined
      ? []
      : await compareSchemas(graph.publishedSdl, apiSdl, parsed.operations);
  return finish({ supergraphSdl, apiSdl, plans: summarizePlans(supergraphSdl, valid), changes });
}

function compositionErrorFinding(error: CompositionMessage): Finding {
  return {
    severity: 'error',
    code: 'COMPOSITION_ERROR',
    subject: describeSubject(error),
    message: error.message,
    action: 'Change the SDL of one of the services named until they fit together.',
  };
}

function compositionHintFinding(hint: CompositionMessage): Finding {
  return {
    severity: 'error',
    code: 'COMPOSITION_HINT',
    subject: describeSubject(hint),
    message: hint.message,
    action: 'It composes, but not as somebody meant it: make the services agree.',
  };
}

function clientSchemaFinding(error: CompositionMessage): Finding {
  return {
    severity: 'error',
    code: 'CLIENT_SCHEMA_ERROR',
    subject: error.code,
    message: error.message,
    action: 'Tag what refers to it as well, or remove the tag.',
  };
}

function crossingFinding({
  service,
  coordinate,
  type,
  reason,
}: ReturnType<typeof findNonNullCrossingFields>[number]): Finding {
  return {
    severity: 'error',
    code: 'NON_NULL_CROSSING',
    subject: `${coordinate} (${service})`,
    message: `${coordinate}: ${type} crosses a service boundary: ${reason}. When that part fails, everything around it is lost.`,
    action: `Make it nullable in ${service}: ${coordinate}: ${type.slice(0, -1)}.`,
  };
}

function operationFinding({ fileName, message }: OperationProblem): Finding {
  return {
    severity: 'error',
    code: 'OPERATION_INVALID',
    subject: fileName,
    message,
    action: `Clients send this operation: keep what it asks for, or change schema/operations/${fileName} when no client sends it any more.`,
  };
}

function describeSubject({ code, nodes }: CompositionMessage): string {
  const places = (nodes ?? []).map(({ service, line, column }) => `${service}:${line}:${column}`);
  return places.length === 0 ? code : `${code} at ${places.join(', ')}`;
}
