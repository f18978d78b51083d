import type { FetchDataRewrite, FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import { Kind, OperationTypeNode, parse, type FragmentDefinitionNode, type SelectionSetNode } from 'graphql';

/** What a fetch's operation selects, for when it failed. */
export interface FetchSelections {
  /** Of the root type, or of the entities. */
  readonly selectionSet: SelectionSetNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

/** One fetch of a plan: the operation that it sends to a subgraph, the same for every request. */
export class FetchOperation {
  readonly subgraph: string;
  readonly kind: 'query' | 'mutation';
  readonly text: string;
  readonly name: string | undefined;
  /** Names of the client's variables that it uses. */
  readonly variableNames: ReadonlyArray<string>;
  /** What it needs of its entities, undefined when it asks for fields of the root type. */
  readonly requires: ReadonlyArray<QueryPlanSelectionNode> | undefined;
  readonly inputRewrites: ReadonlyArray<FetchDataRewrite> | undefined;
  readonly outputRewrites: ReadonlyArray<FetchDataRewrite> | undefined;
  /** The request's body up to the value of `variables`. */
  readonly bodyStart: string;
  /** The request's body from behind that value. */
  readonly bodyEnd: string;
  #selections: FetchSelections | undefined;

  constructor(node: FetchNode) {
    if ((node.contextRewrites ?? []).length > 0) {
      throw new Error('The plan passes values by @context, which the router does not execute.');
    }
    this.subgraph = node.serviceName;
    this.kind = node.operationKind === OperationTypeNode.MUTATION ? 'mutation' : 'query';
    this.text = node.operation;
    this.name = node.operationName;
    this.variableNames = node.variableUsages ?? [];
    this.requires = node.requires;
    this.inputRewrites = node.inputRewrites;
    this.outputRewrites = node.outputRewrites;
    this.bodyStart = `{"query":${JSON.stringify(node.operation)},"variables":`;
    this.bodyEnd =
      node.operationName === undefined ? '}' : `,"operationName":${JSON.stringify(node.operationName)}}`;
  }

  /** What the operation selects; read from its text when it is first asked for. */
  get selections(): FetchSelections {
    this.#selections ??= readSelections(this.text, this.requires !== undefined);
    return this.#selections;
  }
}

function readSelections(text: string, ofEntities: boolean): FetchSelections {
  const fragments = new Map<string, FragmentDefinitionNode>();
  let selectionSet: SelectionSetNode | undefined;
  for (const definition of parse(text, { noLocation: true }).definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      fragments.set(definition.name.value, definition);
    } else if (definition.kind === Kind.OPERATION_DEFINITION) {
      ({ selectionSet } = definition);
    }
  }
  if (ofEntities) {
    const entities = selectionSet?.selections.find((selection) => selection.kind === Kind.FIELD);
    selectionSet = entities?.selectionSet;
  }
  if (selectionSet === undefined) {
    throw new Error('The plan has a fetch without selections.');
  }
  return { selectionSet, fragments };
}
