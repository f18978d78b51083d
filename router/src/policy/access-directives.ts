import { linkedFeatures } from '@supergraph/schema/linked-features';
import {
  Kind,
  type ConstDirectiveNode,
  type ConstValueNode,
  type DocumentNode,
  type FieldDefinitionNode,
} from 'graphql';
import type { Condition } from './condition.js';

/** Conditions that a supergraph puts on its types and fields, all of which must be met. */
export interface DeclaredConditions {
  readonly ofType: (typename: string) => ReadonlyArray<Condition>;
  readonly ofField: (typename: string, fieldName: string) => ReadonlyArray<Condition>;
}

/** Turns one directive into the condition that it stands for; undefined when it is another directive. */
type ReadCondition = (directive: ConstDirectiveNode) => Condition | undefined;

/**
 * Reads `@authenticated`, `@requiresScopes` and `@policy` of a supergraph, under the names that it gives them.
 *
 * @returns undefined when it has none of them
 * @see https://specs.apollo.dev/link/v1.0
 * @see https://www.apollographql.com/docs/graphos/routing/security/authorization
 */
export function readAccessDirectives(supergraph: DocumentNode): DeclaredConditions | undefined {
  const read = readerOf(supergraph);
  const byElement = new Map<string, Condition[]>();
  const add = (element: string, directives: ReadonlyArray<ConstDirectiveNode> = []): void => {
    const conditions = directives.flatMap((directive) => read(directive) ?? []);
    if (conditions.length > 0) {
      byElement.set(element, [...(byElement.get(element) ?? []), ...conditions]);
    }
  };
  for (const definition of supergraph.definitions) {
    if (!('name' in definition) || definition.name === undefined || !('directives' in definition)) {
      continue;
    }
    const { value: typename } = definition.name;
    if (definition.kind !== Kind.OPERATION_DEFINITION && definition.kind !== Kind.FRAGMENT_DEFINITION) {
      add(typename, definition.directives);
    }
    for (const field of fieldsOf(definition)) {
      add(`${typename}.${field.name.value}`, field.directives);
    }
  }
  return byElement.size === 0
    ? undefined
    : {
        ofType: (typename) => byElement.get(typename) ?? [],
        ofField: (typename, fieldName) => byElement.get(`${typename}.${fieldName}`) ?? [],
      };
}

function fieldsOf(definition: DocumentNode['definitions'][number]): ReadonlyArray<FieldDefinitionNode> {
  return definition.kind === Kind.OBJECT_TYPE_DEFINITION ||
    definition.kind === Kind.OBJECT_TYPE_EXTENSION ||
    definition.kind === Kind.INTERFACE_TYPE_DEFINITION ||
    definition.kind === Kind.INTERFACE_TYPE_EXTENSION
    ? (definition.fields ?? [])
    : [];
}

function readerOf(supergraph: DocumentNode): ReadCondition {
  const readers = new Map<string, (directive: ConstDirectiveNode) => Condition>();
  for (const { identity, nameOf } of linkedFeatures(supergraph)) {
    switch (identity) {
      case 'https://specs.apollo.dev/authenticated':
        readers.set(nameOf('authenticated'), () => ({ kind: 'authenticated' }));
        break;
      case 'https://specs.apollo.dev/requiresScopes':
        readers.set(nameOf('requiresScopes'), (directive) => ({
          kind: 'scopes',
          anyOf: listsOf(directive, 'scopes'),
        }));
        break;
      case 'https://specs.apollo.dev/policy':
        readers.set(nameOf('policy'), (directive) => ({
          kind: 'policies',
          anyOf: listsOf(directive, 'policies'),
        }));
        break;
    }
  }
  return (directive) => readers.get(directive.name.value)?.(directive);
}

/** A value counts for a list of itself, as in every list of GraphQL. */
function listsOf(directive: ConstDirectiveNode, argumentName: string): ReadonlyArray<ReadonlyArray<string>> {
  const value = directive.arguments?.find(({ name }) => name.value === argumentName)?.value;
  return elementsOf(value).map((inner) => [...new Set(elementsOf(inner).map(textOf))].sort());
}

function elementsOf(value: ConstValueNode | undefined): ReadonlyArray<ConstValueNode> {
  return value === undefined ? [] : value.kind === Kind.LIST ? value.values : [value];
}

function textOf(value: ConstValueNode): string {
  if (value.kind !== Kind.STRING) {
    throw new Error('The scopes and policies of a supergraph must be texts.');
  }
  return value.value;
}
