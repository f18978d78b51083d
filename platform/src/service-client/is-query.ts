import { Kind, OperationTypeNode, parse } from 'graphql';

/** Documents are constants of the code, so there are few and each is parsed once. */
const known = new Map<string, boolean>();

/**
 * Tells whether the one operation of a document is a query, which may be sent again without harm.
 *
 * @throws {GraphQLError} when the document is not GraphQL
 */
export function isQuery(document: string): boolean {
  const before = known.get(document);
  if (before !== undefined) {
    return before;
  }
  const answer = parse(document).definitions.every(
    (definition) =>
      definition.kind !== Kind.OPERATION_DEFINITION || definition.operation === OperationTypeNode.QUERY,
  );
  known.set(document, answer);
  return answer;
}
