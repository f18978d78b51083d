import { Kind, parse, valueFromASTUntyped, type SelectionSetNode } from 'graphql';
import type { FakeObject } from './fake-object.js';

/** Every key value ends in the identity. */
export function identityOf(value: unknown): string | undefined {
  if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      const found = key === '__typename' ? undefined : identityOf(inner);
      if (found !== undefined) {
        return found;
      }
    }
    return undefined;
  }
  return typeof value === 'number'
    ? String(value)
    : typeof value === 'string'
      ? /^\w+-(\d+)$/.exec(value)?.[1]
      : undefined;
}

/** What a representation holds of the fields that a field requires. */
export function pickRequired(requires: string, representation: FakeObject['representation']): string {
  const names = new Set(namesIn(requires));
  const pick = (value: unknown): unknown => {
    if (Array.isArray(value)) {
      return value.map(pick);
    }
    if (typeof value !== 'object' || value === null) {
      return value;
    }
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => names.has(key))
        .sort(([left], [right]) => (left < right ? -1 : 1))
        .map(([key, inner]) => [key, pick(inner)]),
    );
  };
  return JSON.stringify(pick(representation ?? null));
}

/** Evaluates the selection of a `@requires`, with literal enums, texts and numbers for arguments. */
export function selectRequired(
  source: FakeObject,
  typename: string,
  selection: string,
  resolve: (source: FakeObject, args: Record<string, unknown>, context: undefined, info: never) => unknown,
): Record<string, unknown> {
  const selectFrom = (object: FakeObject, type: string, set: SelectionSetNode): Record<string, unknown> =>
    Object.fromEntries(
      set.selections.flatMap((node) => {
        if (node.kind !== Kind.FIELD) {
          return [];
        }
        const args = Object.fromEntries(
          (node.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]),
        );
        const info = { fieldName: node.name.value, parentType: { name: type } };
        const value = resolve(object, args, undefined, info as never);
        const below = (inner: unknown): unknown =>
          Array.isArray(inner)
            ? inner.map(below)
            : node.selectionSet !== undefined && typeof inner === 'object' && inner !== null
              ? selectFrom(inner as FakeObject, (inner as FakeObject).__typename, node.selectionSet)
              : inner;
        return [[node.name.value, below(value)] as const];
      }),
    );
  const [operation] = parse(`{ ${selection} }`).definitions;
  return operation?.kind === Kind.OPERATION_DEFINITION
    ? selectFrom(source, typename, operation.selectionSet)
    : {};
}

/** Every name in a selection. */
function namesIn(fields: string): ReadonlyArray<string> {
  return fields.match(/\w+/g) ?? [];
}
