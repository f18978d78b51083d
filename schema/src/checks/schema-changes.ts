import type { Change } from '@graphql-inspector/core';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import type { GraphQLSchema } from 'graphql';
import { buildSchema, isEnumType, isUnionType } from 'graphql';
import type { SavedOperation } from '../operations/saved-operations.js';
import { usedElements } from '../operations/used-elements.js';

/** One difference between what clients were promised and what they would see. */
export interface SchemaChange {
  /** Names the change exactly: `FIELD_REMOVED: Field 'email' was removed from object type 'User'`. */
  readonly key: string;
  /** Whether clients break by it, may break by it (a new enum value), or cannot notice. */
  readonly criticality: 'breaking' | 'dangerous' | 'safe';
  /** Where: `User.email`. */
  readonly path: string;
  readonly message: string;
  /** The saved operations that use the place. */
  readonly usedBy: ReadonlyArray<string>;
}

/**
 * How a client schema differs from the published one, the breaking changes first.
 * @throws GraphQLError when one of the two is no valid schema.
 */
export async function compareSchemas(
  publishedSdl: string,
  apiSdl: string,
  operations: ReadonlyArray<SavedOperation>,
): Promise<ReadonlyArray<SchemaChange>> {
  const published = buildSchema(publishedSdl);
  const uses = operations.map(({ name, document }) => ({ name, used: usedElements(published, document) }));
  const changes = await diff(published, buildSchema(apiSdl));
  const added = new Set(changes.flatMap(({ type, path }) => (isAddition(type) && path ? [path] : [])));
  return changes
    .filter((change) => !belongsToAddition(change, added))
    .map((change) => {
      const path = change.path ?? '';
      const elements = affectedElements(published, path);
      return {
        key: `${String(change.type)}: ${change.message}`,
        criticality: criticalityOf(change),
        path,
        message: change.message,
        usedBy: uses
          .filter(({ used }) => elements.some((element) => used.has(element)))
          .map(({ name }) => name),
      };
    })
    .sort((left, right) => order.indexOf(left.criticality) - order.indexOf(right.criticality));
}

function isAddition(type: unknown): boolean {
  return /^(TYPE|FIELD|INPUT_FIELD|ENUM_VALUE|FIELD_ARGUMENT)_ADDED$/.test(String(type));
}

/** What is new is told once: its fields, descriptions and directives came with it. */
function belongsToAddition({ type, path, criticality }: Change, added: ReadonlySet<string>): boolean {
  if (!path || criticality.level !== CriticalityLevel.NonBreaking) return false;
  const segments = path.split('.');
  const parents = segments.slice(0, -1).map((_segment, index) => segments.slice(0, index + 1).join('.'));
  return parents.some((parent) => added.has(parent)) || (added.has(path) && !isAddition(type));
}

const order: ReadonlyArray<SchemaChange['criticality']> = ['breaking', 'dangerous', 'safe'];

function criticalityOf(change: Change): SchemaChange['criticality'] {
  switch (change.criticality.level) {
    case CriticalityLevel.Breaking:
      return 'breaking';
    case CriticalityLevel.Dangerous:
      return 'dangerous';
    case CriticalityLevel.NonBreaking:
      return 'safe';
  }
}

/** A change of a member concerns who uses the member; of an enum or union, who gets the type at all. */
function affectedElements(schema: GraphQLSchema, path: string): ReadonlyArray<string> {
  const [typeName, member] = path.split('.');
  if (typeName === undefined || typeName === '') return [];
  const type = schema.getType(typeName);
  if (member === undefined || isEnumType(type) || isUnionType(type)) return [typeName];
  return [`${typeName}.${member}`];
}
