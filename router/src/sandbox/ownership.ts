import { Kind, parse, print } from 'graphql';
import type { DefinitionNode, DocumentNode } from 'graphql';
import type {
  FieldOwner,
  OwnedField,
  OwnedKey,
  OwnedType,
  OwnedTypeKind,
  SandboxOwnership,
} from './configuration.js';
import { applied, descriptionOf, graphName, readGraphNames, text } from './join-directives.js';
import type { Arguments, GraphNames } from './join-directives.js';

type TypeNode = Extract<DefinitionNode, { readonly kind: keyof typeof kinds }>;

const kinds = {
  [Kind.OBJECT_TYPE_DEFINITION]: 'OBJECT',
  [Kind.INTERFACE_TYPE_DEFINITION]: 'INTERFACE',
  [Kind.UNION_TYPE_DEFINITION]: 'UNION',
  [Kind.ENUM_TYPE_DEFINITION]: 'ENUM',
  [Kind.INPUT_OBJECT_TYPE_DEFINITION]: 'INPUT',
  [Kind.SCALAR_TYPE_DEFINITION]: 'SCALAR',
} as const satisfies Record<string, OwnedTypeKind>;

/**
 * Tells which subgraph has which type and field, from a Federation 2 supergraph's SDL and its `@join__…`
 * directives (https://specs.apollo.dev/join/v0.3/). Subgraphs are called by the name they were composed under.
 * Types that no subgraph has (the composition's own) are left out; the root types come first.
 *
 * @throws GraphQLError when the text is not SDL, Error when it is not a supergraph.
 */
export function describeOwnership(supergraphSdl: string): SandboxOwnership {
  const document = parse(supergraphSdl, { noLocation: true });
  const graphs = readGraphNames(document);
  const nodes = document.definitions.filter(isTypeNode);
  const described = nodes.flatMap((node) => describeType(node, graphs));
  const types = described.map((type, _index, all) => inheritFromInterfaces(type, all, nodes));
  const roots = rootTypeNames(document);
  return {
    types: [
      ...roots.flatMap((root) => types.filter((type) => type.name === root)),
      ...types.filter((type) => !roots.includes(type.name)),
    ],
  };
}

function isTypeNode(node: DefinitionNode): node is TypeNode {
  return node.kind in kinds;
}

function rootTypeNames(document: DocumentNode): ReadonlyArray<string> {
  const schema = document.definitions.find((node) => node.kind === Kind.SCHEMA_DEFINITION);
  if (schema?.kind !== Kind.SCHEMA_DEFINITION) return ['Query', 'Mutation', 'Subscription'];
  return schema.operationTypes.map((operation) => operation.type.name.value);
}

function describeType(node: TypeNode, graphs: GraphNames): ReadonlyArray<OwnedType> {
  const joins = applied(node, 'join__type');
  if (joins.length === 0) return [];
  const subgraphs = [...new Set(joins.flatMap((join) => graphName(join, graphs) ?? []))];
  return [
    {
      name: node.name.value,
      kind: kinds[node.kind],
      ...descriptionOf(node),
      subgraphs,
      keys: joins.flatMap((join) => describeKey(join, graphs)),
      fields: describeFields(node, subgraphs, graphs),
    },
  ];
}

function describeKey(join: Arguments, graphs: GraphNames): ReadonlyArray<OwnedKey> {
  const subgraph = graphName(join, graphs);
  const fields = text(join['key']);
  if (subgraph === undefined || fields === undefined) return [];
  return [{ subgraph, fields, ...(join['resolvable'] === false ? { resolvable: false } : {}) }];
}

function describeFields(
  node: TypeNode,
  ofType: ReadonlyArray<string>,
  graphs: GraphNames,
): ReadonlyArray<OwnedField> {
  switch (node.kind) {
    case Kind.SCALAR_TYPE_DEFINITION:
      return [];
    case Kind.UNION_TYPE_DEFINITION:
      return (node.types ?? []).map((member) => {
        const joins = applied(node, 'join__unionMember').filter(
          (join) => join['member'] === member.name.value,
        );
        return { name: member.name.value, type: '', subgraphs: owners(joins, ofType, graphs) };
      });
    case Kind.ENUM_TYPE_DEFINITION:
      return (node.values ?? []).map((value) => ({
        name: value.name.value,
        type: '',
        ...descriptionOf(value),
        subgraphs: owners(applied(value, 'join__enumValue'), ofType, graphs),
      }));
    case Kind.OBJECT_TYPE_DEFINITION:
    case Kind.INTERFACE_TYPE_DEFINITION:
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
      return (node.fields ?? []).map((field) => ({
        name: field.name.value,
        type: print(field.type),
        ...descriptionOf(field),
        subgraphs: owners(applied(field, 'join__field'), ofType, graphs),
      }));
  }
}

function owners(
  joins: ReadonlyArray<Arguments>,
  ofType: ReadonlyArray<string>,
  graphs: GraphNames,
): ReadonlyArray<FieldOwner> {
  if (joins.length === 0) return ofType.map((name) => ({ name }));
  return joins.flatMap((join) => {
    const name = graphName(join, graphs);
    if (name === undefined) return [];
    const provides = text(join['provides']);
    const requires = text(join['requires']);
    const override = text(join['override']);
    const label = text(join['overrideLabel']);
    return {
      name,
      ...(join['external'] === true || join['usedOverridden'] === true ? { external: true } : {}),
      ...(provides === undefined ? {} : { provides }),
      ...(requires === undefined ? {} : { requires }),
      ...(override === undefined
        ? {}
        : { override: label === undefined ? override : `${override}, ${label}` }),
    };
  });
}

/** `@join__field` without a graph: the field reaches the object through an interface that a subgraph extends. */
function inheritFromInterfaces(
  type: OwnedType,
  all: ReadonlyArray<OwnedType>,
  nodes: ReadonlyArray<TypeNode>,
): OwnedType {
  if (type.fields.every((field) => field.subgraphs.length > 0)) return type;
  const node = nodes.find((candidate) => candidate.name.value === type.name);
  const names =
    node !== undefined && 'interfaces' in node ? (node.interfaces ?? []).map(({ name }) => name.value) : [];
  const interfaces = all.filter(({ name }) => names.includes(name));
  const inherited = (name: string) =>
    interfaces.flatMap(({ fields }) => fields.find((field) => field.name === name)?.subgraphs ?? []);
  return {
    ...type,
    fields: type.fields.map((field) =>
      field.subgraphs.length > 0 ? field : { ...field, subgraphs: inherited(field.name) },
    ),
  };
}
