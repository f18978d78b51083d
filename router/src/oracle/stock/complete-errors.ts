import {
  GraphQLError,
  Kind,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { findUnexplainedNulls, type UnexplainedNull } from './unexplained-nulls.js';
import type { Variables } from '../../failures/included.js';
import type { ResponseTree } from './response-tree.js';
import { isSelected, type AskedOperation } from './selected-fields.js';
import type { ResponsePath } from '../../failures/subgraph-error.js';

/** What the executor gave for one operation. */
export interface ExecutedOperation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Variables;
  readonly tree: ResponseTree;
  readonly errors: ReadonlyArray<GraphQLError>;
  /** What it found while it shaped the response, and keeps to itself when there are other errors. */
  readonly completionErrors: ReadonlyArray<GraphQLError>;
}

/**
 * Makes the errors of a response complete: every failed position that the client asked for has one, and none is
 * about a field that only the router asked for.
 */
export function completeErrors(executed: ExecutedOperation): ReadonlyArray<GraphQLError> {
  const { schema, document, operation, variables, errors } = executed;
  const rootType = schema.getRootType(operation.operation);
  if (rootType === undefined || rootType === null) {
    return errors;
  }
  const asked: AskedOperation = {
    schema,
    variables: withDefaults(operation, variables),
    fragments: fragmentsOf(document),
  };
  const isAsked = (error: GraphQLError): boolean =>
    error.path === undefined || isSelected(asked, operation.selectionSet, error.path);
  const told = errors.filter(isAsked);
  const paths = told.flatMap(({ path }) => (path === undefined ? [] : [path]));
  const nulls = findUnexplainedNulls(asked, operation.selectionSet, rootType, executed.tree, paths);
  const explained = nulls.flatMap((position) => explain(position, errors));
  const complete = [...told, ...explained];
  const invalid = executed.completionErrors.filter(
    ({ path }) => !complete.some((error) => isAlong(error.path, path)),
  );
  complete.push(...invalid.map(asInvalidValue));
  // Better an error at a field that nobody asked for than data missing without a word.
  return complete.length > 0 ? complete : errors;
}

/** Marks errors that were copied to a null from somewhere near it. */
export const GUESSED = 'guessed';

function explain(
  position: UnexplainedNull,
  errors: ReadonlyArray<GraphQLError>,
): ReadonlyArray<GraphQLError> {
  const { path, coordinate, required, undelivered, unknownTo } = position;
  // What a field needs of its object lies in the object or below it.
  const reason = undelivered ? errors.find((error) => startsWith(error.path, path.slice(0, -1))) : undefined;
  if (reason !== undefined) {
    return [
      new GraphQLError(reason.message, { path, extensions: { ...reason.extensions, [GUESSED]: true } }),
    ];
  }
  if (!required) {
    return [];
  }
  const [service] = unknownTo;
  const message =
    service === undefined
      ? `${coordinate} must not be null, but no service gave a value.`
      : `${coordinate} must not be null, but the service ${service} does not know what another service refers to here.`;
  const code = service === undefined ? 'SUBGRAPH_BAD_RESPONSE' : 'REFERENCE_NOT_FOUND';
  return [
    new GraphQLError(message, { path, extensions: { code, ...(service === undefined ? {} : { service }) } }),
  ];
}

/** The executor's own words name the field and its type, never the value. */
function asInvalidValue({ message, path }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { path, extensions: { code: 'SUBGRAPH_BAD_RESPONSE' } });
}

function isAlong(one: GraphQLError['path'], other: GraphQLError['path']): boolean {
  return one !== undefined && other !== undefined && (startsWith(one, other) || startsWith(other, one));
}

function startsWith(path: GraphQLError['path'], start: ResponsePath): boolean {
  return (
    path !== undefined && path.length >= start.length && start.every((step, index) => step === path[index])
  );
}

function fragmentsOf(document: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> {
  return new Map(
    document.definitions.flatMap((node) =>
      node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node] as const] : [],
    ),
  );
}

function withDefaults(operation: OperationDefinitionNode, variables: Variables): Variables {
  const defaults = (operation.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
    defaultValue?.kind === Kind.BOOLEAN ? [[variable.name.value, defaultValue.value] as const] : [],
  );
  return { ...Object.fromEntries(defaults), ...variables };
}
