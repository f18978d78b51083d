import { Kind, parse, valueFromASTUntyped, type DefinitionNode, type EnumTypeDefinitionNode } from 'graphql';

/** A subgraph as the supergraph names it. */
export interface SubgraphReference {
  /** The name that it was composed under. */
  readonly name: string;
  /** Where the supergraph says that it answers; empty when it does not say. */
  readonly routingUrl: string;
}

/**
 * Reads the subgraphs of a Federation 2 supergraph from its enum `join__Graph`.
 *
 * @throws GraphQLError when the text is not SDL, Error when it is not a supergraph
 * @see https://specs.apollo.dev/join/v0.3/
 */
export function readSubgraphs(supergraphSdl: string): ReadonlyArray<SubgraphReference> {
  const graphs = parse(supergraphSdl, { noLocation: true }).definitions.find(isGraphEnum);
  if (graphs === undefined) {
    throw new Error('it is not a Federation 2 supergraph: it has no enum join__Graph');
  }
  return (graphs.values ?? []).map((value) => {
    const given =
      value.directives?.find((directive) => directive.name.value === 'join__graph')?.arguments ?? [];
    const values = new Map(
      given.map((argument) => [argument.name.value, valueFromASTUntyped(argument.value)]),
    );
    return {
      name: text(values.get('name')) ?? value.name.value,
      routingUrl: text(values.get('url')) ?? '',
    };
  });
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function isGraphEnum(node: DefinitionNode): node is EnumTypeDefinitionNode {
  return node.kind === Kind.ENUM_TYPE_DEFINITION && node.name.value === 'join__Graph';
}
