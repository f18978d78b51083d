import { Kind, parse, print, visit } from 'graphql';

/**
 * A supergraph's text without where its subgraphs are: two that are alike in it are planned alike and look alike to
 * clients.
 *
 * @throws GraphQLError when the text is not SDL
 * @see https://specs.apollo.dev/join/v0.3/#@join__graph
 */
export function withoutAddresses(supergraphSdl: string): string {
  return print(
    visit(parse(supergraphSdl, { noLocation: true }), {
      Directive: (node) =>
        node.name.value === 'join__graph'
          ? { ...node, arguments: node.arguments?.filter(({ name }) => name.value !== 'url') ?? [] }
          : undefined,
      [Kind.FIELD_DEFINITION]: () => false,
    }),
  );
}
