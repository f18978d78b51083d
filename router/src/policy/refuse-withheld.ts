import { GraphQLError, Kind, valueFromASTUntyped, type SelectionSetNode } from 'graphql';
import type { AskedOperation, Withheld } from '../execution/policy.js';
import { fragmentsOf } from '../execution/response/collect-fields.js';
import { isIncluded } from '../failures/included.js';

/** Of the fields that an operation may not have, so many are named. */
const NAMED_FIELDS = 20;

/**
 * Refuses an operation that asks for what is withheld, `@skip` and `@include` considered.
 *
 * @throws GraphQLError that names the fields, with the path of the first
 */
export function refuseWithheld(asked: AskedOperation, withheld: Withheld): void {
  const found = findWithheld(asked, withheld);
  const [first] = found;
  if (first === undefined) {
    return;
  }
  const status = asked.context.claims === undefined ? 401 : 403;
  const challenge = status === 401 ? { headers: new Map([['www-authenticate', 'Bearer']]) } : {};
  throw new GraphQLError(
    `The operation asks for what may not be had: ${found.map(({ message }) => message).join(' ')}`,
    { path: first.path, extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE', http: { status, ...challenge } } },
  );
}

interface WithheldField {
  readonly path: ReadonlyArray<string>;
  readonly message: string;
}

function findWithheld(
  { document, operation, variables }: AskedOperation,
  withheld: Withheld,
): ReadonlyArray<WithheldField> {
  const fragments = fragmentsOf(document);
  const visited = new Set<string>();
  const found = new Map<string, WithheldField>();
  const values = { ...variables };
  for (const { variable, defaultValue } of operation.variableDefinitions ?? []) {
    if (defaultValue !== undefined && values[variable.name.value] === undefined) {
      values[variable.name.value] = valueFromASTUntyped(defaultValue);
    }
  }
  const look = (set: SelectionSetNode, path: ReadonlyArray<string>): void => {
    for (const selection of set.selections) {
      if (found.size >= NAMED_FIELDS || !isIncluded(selection, values)) {
        continue;
      }
      if (selection.kind === Kind.FIELD) {
        const here = [...path, selection.alias?.value ?? selection.name.value];
        const error = withheld(selection);
        if (error !== undefined) {
          found.set(error.message, { path: found.get(error.message)?.path ?? here, message: error.message });
        } else if (selection.selectionSet !== undefined) {
          look(selection.selectionSet, here);
        }
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        look(selection.selectionSet, path);
      } else if (!visited.has(selection.name.value)) {
        visited.add(selection.name.value);
        const fragment = fragments.get(selection.name.value);
        if (fragment !== undefined) {
          look(fragment.selectionSet, path);
        }
      }
    }
  };
  look(operation.selectionSet, []);
  return [...found.values()];
}
