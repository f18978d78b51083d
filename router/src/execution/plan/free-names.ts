import { Kind, parse, visit, type DocumentNode, type FieldNode, type GraphQLSchema } from 'graphql';
import { fieldsOf, joinArguments, objectTypesOf } from './join-directives.js';

/** Names of the client's fields while its operation is planned and run. */
export interface PlannedNames {
  /** The operation with other response names where the client's would be taken for what the router asks for itself. */
  readonly document: DocumentNode;
  /** Gives the key of the data at which the value of a client's field is. */
  readonly keyOf: (responseName: string, fieldName: string) => string;
  /** Gives the client's name of a key. */
  readonly clientNameOf: (key: string) => string;
}

/** Finds planned names for an operation; undefined when the client's own will do. */
export type FreeNames = (document: DocumentNode) => PlannedNames | undefined;

/**
 * Keeps the client's response names apart from those of keys and required fields, which the planner puts under their
 * fields' own names: a client that asks for `weight(unit: KG)` where another field requires `weight(unit: LB)`, or that
 * calls another field `id`, would get the one for the other, and so would the subgraph.
 */
export function createFreeNames(supergraphSchema: GraphQLSchema): FreeNames {
  const { needed, withArguments } = readNames(supergraphSchema);
  return (document) => {
    const fields = new Map<string, Set<string>>();
    visit(document, {
      Field(node) {
        const name = responseNameOf(node);
        fields.set(name, (fields.get(name) ?? new Set()).add(node.name.value));
      },
    });
    const isTaken = (responseName: string, fieldName: string): boolean =>
      needed.has(responseName) && (responseName !== fieldName || withArguments.has(fieldName));
    const names = [...fields.keys()];
    if (!names.some((name) => [...(fields.get(name) ?? [])].some((field) => isTaken(name, field)))) {
      return undefined;
    }
    let prefix = 'asked_';
    while ([...names, ...needed].some((name) => name.startsWith(prefix))) {
      prefix = `${prefix}_`;
    }
    const keyOf = (responseName: string, fieldName: string): string =>
      isTaken(responseName, fieldName) ? `${prefix}${responseName}` : responseName;
    return {
      keyOf,
      clientNameOf: (key) => (key.startsWith(prefix) ? key.slice(prefix.length) : key),
      document: visit(document, {
        Field(node) {
          const name = responseNameOf(node);
          const key = keyOf(name, node.name.value);
          return key === name ? undefined : { ...node, alias: { kind: Kind.NAME, value: key } };
        },
      }),
    };
  };
}

function responseNameOf({ alias, name }: FieldNode): string {
  return alias?.value ?? name.value;
}

interface Names {
  /** Of the fields in keys and requirements. */
  readonly needed: ReadonlySet<string>;
  /** Of the fields that take arguments. */
  readonly withArguments: ReadonlySet<string>;
}

function readNames(schema: GraphQLSchema): Names {
  const needed = new Set<string>();
  const withArguments = new Set<string>();
  const need = (text: string): void => {
    visit(parse(`{ ${text} }`, { noLocation: true }), {
      Field({ name }) {
        needed.add(name.value);
      },
    });
  };
  for (const type of objectTypesOf(schema)) {
    joinArguments(type, 'join__type', 'key').forEach(need);
    for (const field of fieldsOf(type)) {
      joinArguments(field, 'join__field', 'requires').forEach(need);
      if (field.args.length > 0) {
        withArguments.add(field.name);
      }
    }
  }
  return { needed, withArguments };
}
