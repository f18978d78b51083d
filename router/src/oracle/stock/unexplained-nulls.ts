import {
  getNullableType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLOutputType,
  type SelectionSetNode,
} from 'graphql';
import { ErrorTrie } from './error-trie.js';
import { selectedFields, typeOfObject, type AskedOperation } from './selected-fields.js';
import type { ResponseObject, ResponseTree } from './response-tree.js';
import type { ResponsePath } from '../../failures/subgraph-error.js';

/** A position of the response that stays empty, without an error that says so. */
export interface UnexplainedNull {
  readonly path: ResponsePath;
  /** Such as `User.email`. */
  readonly coordinate: string;
  /** Whether its type forbids null, so that the null goes up to the next field that allows it. */
  readonly required: boolean;
  /** Whether nobody answered it at all, as opposed to somebody answering null. */
  readonly undelivered: boolean;
  /** Services that know no such entity. */
  readonly unknownTo: ReadonlyArray<string>;
}

/**
 * Walks over what was asked for and received, and lists every position that stays empty for a reason that no
 * error names: a field that was not fetched because what it needs failed, and a null where none is allowed.
 *
 * A null that its own service answered for the whole entity is no failure of the nullable fields below it.
 *
 * @param errorPaths where errors are known; nothing at, above or below them is listed
 */
export function findUnexplainedNulls(
  operation: AskedOperation,
  selectionSet: SelectionSetNode,
  rootType: GraphQLOutputType,
  tree: ResponseTree,
  errorPaths: ReadonlyArray<ResponsePath>,
): ReadonlyArray<UnexplainedNull> {
  const errors = new ErrorTrie();
  errorPaths.forEach((path) => errors.add(path));
  const found: UnexplainedNull[] = [];
  walkObject(tree.root, rootType, [selectionSet], [], errors);
  return found;

  function walkObject(
    object: ResponseObject,
    declared: GraphQLOutputType,
    sets: ReadonlyArray<SelectionSetNode>,
    path: ResponsePath,
    known: ErrorTrie | undefined,
  ): void {
    const type = typeOfObject(operation.schema, object['__typename'], declared);
    if (!isObjectType(type) && !isInterfaceType(type)) {
      return;
    }
    for (const [name, nodes] of selectedFields(operation, sets, type.name)) {
      const fieldName = nodes[0]?.name.value ?? name;
      const field = type.getFields()[fieldName];
      const here = known?.child(name);
      if (field === undefined || fieldName.startsWith('__') || here?.hasError === true) {
        continue;
      }
      const unknown = tree.unknownTo(object);
      const answeredNull = unknown.some(({ fields }) => fields.has(name));
      const value = Object.hasOwn(object, name) ? object[name] : undefined;
      const undelivered = value === undefined && !answeredNull;
      const position = [...path, name];
      const required = isNonNullType(field.type);
      if (value === undefined || value === null) {
        if (here === undefined && (required || undelivered)) {
          const unknownTo = [...new Set(unknown.map(({ service }) => service))];
          found.push({
            path: position,
            coordinate: `${type.name}.${fieldName}`,
            required,
            undelivered,
            unknownTo,
          });
        }
        continue;
      }
      walkValue(
        value,
        field.type,
        nodes.flatMap(({ selectionSet: set }) => set ?? []),
        position,
        here,
      );
    }
  }

  function walkValue(
    value: unknown,
    declared: GraphQLOutputType,
    sets: ReadonlyArray<SelectionSetNode>,
    path: ResponsePath,
    known: ErrorTrie | undefined,
  ): void {
    const type = getNullableType(declared);
    if (isListType(type) && Array.isArray(value)) {
      for (const [index, element] of value.entries()) {
        const below = known?.child(index);
        if (below?.hasError !== true) {
          walkValue(element, type.ofType, sets, [...path, index], below);
        }
      }
    } else if (sets.length > 0 && typeof value === 'object' && value !== null) {
      walkObject(value as ResponseObject, type as GraphQLOutputType, sets, path, known);
    }
  }
}
