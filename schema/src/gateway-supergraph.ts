import type { DirectiveNode, DocumentNode } from 'graphql';
import { parse, print, visit } from 'graphql';
import type { LinkedFeature } from './linked-features.js';
import { argumentText, linkedFeatures } from './linked-features.js';

/** What `@apollo/gateway` refuses to load: it cannot enforce it, so somebody else must. */
const unsupportedIdentities: ReadonlySet<string> = new Set(
  ['authenticated', 'requiresScopes', 'policy', 'cacheTag', 'context'].map(
    (name) => `https://specs.apollo.dev/${name}`,
  ),
);

/**
 * A copy of a supergraph that `@apollo/gateway` loads: without the links to `@authenticated`,
 * `@requiresScopes`, `@policy`, `@cacheTag` and `@context`, their definitions, their applications and their
 * helper types. Everything else stays as it is, so that queries are planned alike.
 *
 * The copy protects nothing: enforce the access policies from the full supergraph. Arguments that `@context`
 * would have filled stay empty, so a field that needs one answers with its subgraph's error.
 * @throws GraphQLError when the text is no valid GraphQL.
 */
export function supergraphWithoutUnsupportedFeatures(supergraphSdl: string): string {
  const document = parse(supergraphSdl);
  const unsupported = linkedFeatures(document).filter(({ identity }) => unsupportedIdentities.has(identity));
  return unsupported.length === 0 ? supergraphSdl : `${print(removeFeatures(document, unsupported))}\n`;
}

function removeFeatures(document: DocumentNode, features: ReadonlyArray<LinkedFeature>): DocumentNode {
  const links: ReadonlySet<unknown> = new Set(features.map(({ link }) => link));
  const removed = (name: string): boolean => features.some((feature) => feature.owns(name));
  const removeDefinition = ({ name }: { readonly name: { readonly value: string } }): null | undefined =>
    removed(name.value) ? null : undefined;
  const removesContext = features.some(({ identity }) => identity.endsWith('/context'));
  return visit(document, {
    DirectiveDefinition: removeDefinition,
    ScalarTypeDefinition: removeDefinition,
    EnumTypeDefinition: removeDefinition,
    InputObjectTypeDefinition: removeDefinition,
    Directive: {
      enter(directive) {
        if (links.has(directive) || removed(directive.name.value) || wraps(directive, removed)) return null;
        return removesContext && directive.name.value === 'join__field'
          ? withoutContextArguments(directive)
          : undefined;
      },
    },
  });
}

/** Composition keeps some directives as `@join__directive(name: "federation__cacheTag", …)`. */
function wraps(directive: DirectiveNode, removed: (name: string) => boolean): boolean {
  if (directive.name.value !== 'join__directive') return false;
  return removed((argumentText(directive, 'name') ?? '').replace(/^federation__/, ''));
}

function withoutContextArguments(directive: DirectiveNode): DirectiveNode {
  const kept = directive.arguments?.filter(({ name }) => name.value !== 'contextArguments') ?? [];
  return { ...directive, arguments: kept };
}
