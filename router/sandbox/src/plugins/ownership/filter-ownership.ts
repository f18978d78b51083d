import type { OwnedField, OwnedType } from '../../../../src/sandbox/configuration.js';

export interface OwnershipFilter {
  /** Part of a type's or a field's name, or `Type.field`, in any letter case; empty for all. */
  readonly text: string;
  /** Only what this subgraph has. */
  readonly subgraph?: string;
}

/**
 * The types and fields that match. A type that matches by its name keeps all its fields; one that does not is kept
 * for the fields that match. A subgraph leaves of each type only what it has. The closest names come first.
 */
export function filterOwnership(
  types: ReadonlyArray<OwnedType>,
  { text, subgraph }: OwnershipFilter,
): ReadonlyArray<OwnedType> {
  const [typeText = '', fieldText] = text.trim().toLowerCase().split('.');
  const found = types.flatMap((type) => {
    if (subgraph !== undefined && !type.subgraphs.includes(subgraph)) return [];
    const own = type.fields.filter((field) => subgraph === undefined || has(field, subgraph));
    const typeMatches = includes(type.name, typeText);
    if (fieldText !== undefined) {
      const fields = typeMatches ? own.filter((field) => includes(field.name, fieldText)) : [];
      return fields.length > 0 ? [{ ...type, fields }] : [];
    }
    if (typeMatches) return [{ ...type, fields: own }];
    const fields = own.filter((field) => includes(field.name, typeText));
    return fields.length > 0 ? [{ ...type, fields }] : [];
  });
  return typeText === ''
    ? found
    : found.toSorted((a, b) => distance(a.name, typeText) - distance(b.name, typeText));
}

function distance(name: string, text: string): number {
  const position = name.toLowerCase().indexOf(text);
  if (position < 0) return 3;
  if (position > 0) return 2;
  return name.length === text.length ? 0 : 1;
}

function has(field: OwnedField, subgraph: string): boolean {
  return field.subgraphs.some(({ name }) => name === subgraph);
}

function includes(name: string, part: string): boolean {
  return name.toLowerCase().includes(part);
}
