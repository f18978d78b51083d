import { errorCauses, errorCode, Supergraph } from '@apollo/federation-internals';
import type { ASTNode, ConstDirectiveNode, DefinitionNode, DocumentNode } from 'graphql';
import { GraphQLError, Kind, lexicographicSortSchema, parse, printSchema, visit } from 'graphql';
import { argumentText, linkedFeatures } from '../linked-features.js';
import type { CompositionMessage } from './compose-supergraph.js';

/** What clients must not see carries `@tag(name: "internal")`. */
export const internalTag = 'internal';

export type ClientSchemaResult =
  | { readonly type: 'success'; readonly apiSdl: string }
  | { readonly type: 'failure'; readonly errors: ReadonlyArray<CompositionMessage> };

/**
 * What clients see of a supergraph: no federation machinery, nothing that is `@inaccessible` or tagged
 * internal. Sorted by name and printed with descriptions, so that equal schemas give equal texts.
 *
 * It fails where hiding leaves something that no client could use: a visible field that gives a hidden
 * type, a type all of whose fields are hidden, a required argument that is hidden.
 * @see https://specs.apollo.dev/inaccessible/v0.2
 */
export function buildClientSchema(supergraphSdl: string): ClientSchemaResult {
  const contract = hideInternal(parse(supergraphSdl));
  try {
    const apiSchema = Supergraph.build(contract, { supportedFeatures: null }).apiSchema();
    return {
      type: 'success',
      apiSdl: `${printSchema(lexicographicSortSchema(apiSchema.toGraphQLJSSchema()))}\n`,
    };
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const causes = errorCauses(error) ?? [error];
    const errors = causes.map((cause) => ({
      code: errorCode(cause) ?? 'INVALID_GRAPHQL',
      message: `What is tagged "${internalTag}" cannot be hidden from clients: ${cause.message}`,
    }));
    return { type: 'failure', errors };
  }
}

function hideInternal(document: DocumentNode): DocumentNode {
  const features = linkedFeatures(document);
  const directiveNamed = (name: string): string | undefined =>
    features.find(({ identity }) => identity === `https://specs.apollo.dev/${name}`)?.nameOf(name);
  const tag = directiveNamed('tag');
  if (tag === undefined) return document;

  const linkedInaccessible = directiveNamed('inaccessible');
  const inaccessible = linkedInaccessible ?? 'inaccessible';
  const marked = markTagged(document, tag, inaccessible);
  return linkedInaccessible === undefined ? linkInaccessible(marked) : marked;
}

function markTagged(document: DocumentNode, tag: string, inaccessible: string): DocumentNode {
  const mark: ConstDirectiveNode = { kind: Kind.DIRECTIVE, name: { kind: Kind.NAME, value: inaccessible } };
  return visit(document, {
    enter(node: ASTNode) {
      if (!('directives' in node) || node.kind === Kind.SCHEMA_DEFINITION) return undefined;
      const directives = (node.directives ?? []) as ReadonlyArray<ConstDirectiveNode>;
      const isInternal = directives.some(
        (directive) => directive.name.value === tag && argumentText(directive, 'name') === internalTag,
      );
      const isMarked = directives.some(({ name }) => name.value === inaccessible);
      return isInternal && !isMarked ? { ...node, directives: [...directives, mark] } : undefined;
    },
  });
}

const inaccessibleSpecification = parse(`
  extend schema @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY)
  directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION
`);

function linkInaccessible(document: DocumentNode): DocumentNode {
  const definitions: ReadonlyArray<DefinitionNode> = [
    ...document.definitions,
    ...inaccessibleSpecification.definitions,
  ];
  return { ...document, definitions };
}
