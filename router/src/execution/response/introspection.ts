import {
  executeSync,
  Kind,
  OperationTypeNode,
  visit,
  type DocumentNode,
  type FieldNode,
  type VariableDefinitionNode,
} from 'graphql';
import type { FieldSource } from './collect-fields.js';
import type { WriteValue } from './writing.js';

/** What a field about the schema is answered from. */
export interface IntrospectionSource extends FieldSource {
  readonly variableDefinitions: ReadonlyArray<VariableDefinitionNode>;
}

/** Writes `__schema` and `__type`, which no subgraph is asked for. */
export function writeIntrospection(source: IntrospectionSource, nodes: ReadonlyArray<FieldNode>): WriteValue {
  const document = documentOf(source, nodes);
  return (writing, _value, key) => {
    const { data, errors } = executeSync({
      schema: source.schema,
      document,
      rootValue: {},
      variableValues: writing.variables,
    });
    const [error] = errors ?? [];
    if (error !== undefined) {
      throw error;
    }
    writing.text += JSON.stringify(data?.[String(key)] ?? null);
    return true;
  };
}

/** An operation of these fields alone, with the fragments and variables that they use. */
function documentOf(source: IntrospectionSource, nodes: ReadonlyArray<FieldNode>): DocumentNode {
  const used = new Set<string>();
  const fragments = new Set<string>();
  const look = (node: Parameters<typeof visit>[0]): void => {
    visit(node, {
      Variable: ({ name }) => void used.add(name.value),
      FragmentSpread: ({ name }) => {
        const fragment = source.fragments.get(name.value);
        if (fragment !== undefined && !fragments.has(name.value)) {
          fragments.add(name.value);
          look(fragment);
        }
      },
    });
  };
  nodes.forEach(look);
  return {
    kind: Kind.DOCUMENT,
    definitions: [
      {
        kind: Kind.OPERATION_DEFINITION,
        operation: OperationTypeNode.QUERY,
        variableDefinitions: source.variableDefinitions.filter(({ variable }) =>
          used.has(variable.name.value),
        ),
        selectionSet: { kind: Kind.SELECTION_SET, selections: nodes },
      },
      ...[...source.fragments.values()].filter(({ name }) => fragments.has(name.value)),
    ],
  };
}
