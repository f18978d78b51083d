import {
  Kind,
  parse,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { isIncluded, type Variables } from '../../failures/included.js';

/** The fields that one fetch asks for, by what they are asked of. */
export interface FetchedFields {
  /** Response names of fields of the root type. */
  readonly root: ReadonlyArray<string>;
  /** Response names of the fields of `_entities`, by type condition; undefined when it asks for no entities. */
  readonly ofEntities: ReadonlyMap<string, ReadonlyArray<string>> | undefined;
}

/** Reads which fields a fetch's operation would have delivered. `__typename` does not count. */
export function readFetchedFields(operationText: string, given: Variables): FetchedFields {
  const { definitions } = parse(operationText, { noLocation: true });
  const operation = definitions.find(
    (node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION,
  );
  const fragments = new Map(
    definitions
      .filter((node): node is FragmentDefinitionNode => node.kind === Kind.FRAGMENT_DEFINITION)
      .map((node) => [node.name.value, node]),
  );
  const defaults = (operation?.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
    defaultValue?.kind === Kind.BOOLEAN ? [[variable.name.value, defaultValue.value] as const] : [],
  );
  const variables: Variables = { ...Object.fromEntries(defaults), ...given };
  const root = new Map<string, Set<string>>();
  let entities: Map<string, Set<string>> | undefined;

  const collect = (set: SelectionSetNode, condition: string, into: Map<string, Set<string>>): void => {
    for (const selection of set.selections) {
      if (!isIncluded(selection, variables)) {
        continue;
      }
      if (selection.kind === Kind.FIELD) {
        if (selection.name.value === '_entities' && selection.selectionSet !== undefined) {
          entities ??= new Map();
          collect(selection.selectionSet, '', entities);
        } else if (selection.name.value !== '__typename') {
          const names = into.get(condition) ?? new Set();
          into.set(condition, names.add(selection.alias?.value ?? selection.name.value));
        }
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        collect(selection.selectionSet, selection.typeCondition?.name.value ?? condition, into);
      } else {
        const fragment = fragments.get(selection.name.value);
        if (fragment !== undefined) {
          collect(fragment.selectionSet, fragment.typeCondition.name.value, into);
        }
      }
    }
  };
  if (operation !== undefined) {
    collect(operation.selectionSet, '', root);
  }
  return {
    root: [...new Set([...root.values()].flatMap((names) => [...names]))],
    ofEntities:
      entities === undefined ? undefined : new Map([...entities].map(([type, names]) => [type, [...names]])),
  };
}

/**
 * Gives the fields that an entity of this type would have got: those under its own type condition, and when there
 * is none (the condition names an interface or a union) all of them.
 */
export function fieldsOfEntity(fields: FetchedFields, typename: unknown): ReadonlyArray<string> {
  const byType = fields.ofEntities ?? new Map<string, ReadonlyArray<string>>();
  const own = typeof typename === 'string' ? byType.get(typename) : undefined;
  return own ?? [...new Set([...byType.values()].flat())];
}
