import { Kind, valueFromASTUntyped } from 'graphql';
import type { ConstDirectiveNode, DocumentNode, StringValueNode } from 'graphql';

/** A directive's arguments by name, as plain values; an enum value is its name. */
export type Arguments = Readonly<Record<string, unknown>>;

/** The subgraphs' names by their value of the enum `join__Graph`. */
export type GraphNames = ReadonlyMap<string, string>;

export interface Described {
  readonly description?: StringValueNode | undefined;
  readonly directives?: ReadonlyArray<ConstDirectiveNode> | undefined;
}

/** Reads `@join__graph(name:)`. @throws Error when the document is not a Federation 2 supergraph. */
export function readGraphNames(document: DocumentNode): GraphNames {
  const graphs = document.definitions.find(
    (node) => node.kind === Kind.ENUM_TYPE_DEFINITION && node.name.value === 'join__Graph',
  );
  if (graphs?.kind !== Kind.ENUM_TYPE_DEFINITION) {
    throw new Error(
      'The schema is not a Federation 2 supergraph: it has no enum join__Graph. Compose it first.',
    );
  }
  return new Map(
    (graphs.values ?? []).map((value) => {
      const [graph] = applied(value, 'join__graph');
      return [value.name.value, text(graph?.['name']) ?? value.name.value];
    }),
  );
}

/** The description and the reason of a deprecation, each only where there is one. */
export function descriptionOf(node: Described): { description?: string; deprecated?: string } {
  const [deprecation] = applied(node, 'deprecated');
  return {
    ...(node.description === undefined ? {} : { description: node.description.value }),
    ...(deprecation === undefined
      ? {}
      : { deprecated: text(deprecation['reason']) ?? 'No longer supported' }),
  };
}

/** The arguments of each application of the directive `name`, in order. */
export function applied(node: Described, name: string): ReadonlyArray<Arguments> {
  return (node.directives ?? [])
    .filter((directive) => directive.name.value === name)
    .map(({ arguments: given = [] }) =>
      Object.fromEntries(given.map((argument) => [argument.name.value, valueFromASTUntyped(argument.value)])),
    );
}

/** The subgraph that a `graph:` argument means; undefined when there is none. */
export function graphName(join: Arguments, graphs: GraphNames): string | undefined {
  const graph = text(join['graph']);
  return graph === undefined ? undefined : (graphs.get(graph) ?? graph);
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
