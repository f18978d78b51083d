import { composeServices } from '@apollo/composition';
import { errorCode } from '@apollo/federation-internals';
import type { ASTNode } from 'graphql';
import { GraphQLError, parse, Source } from 'graphql';

/** One service's part of the graph. */
export interface SubgraphSource {
  readonly name: string;
  /** Where the router finds it. */
  readonly url: string;
  /** Its SDL, federation directives included. */
  readonly sdl: string;
}

/** Where something stands in a service's SDL; lines and columns count from 1. */
export interface SdlPosition {
  readonly service: string;
  readonly line: number;
  readonly column: number;
}

/** An error or a hint of composition. */
export interface CompositionMessage {
  /** Federation's code, such as `INVALID_FIELD_SHARING`. */
  readonly code: string;
  readonly message: string;
  /** What it is about, as far as composition says. */
  readonly nodes?: ReadonlyArray<SdlPosition>;
}

export type CompositionResult =
  | {
      readonly type: 'success';
      readonly supergraphSdl: string;
      readonly hints: ReadonlyArray<CompositionMessage>;
    }
  | { readonly type: 'failure'; readonly errors: ReadonlyArray<CompositionMessage> };

/**
 * Composes the services' SDLs to one supergraph, in process.
 * The same services give the same text, in whatever order they come.
 * @see https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/composition
 */
export function composeSupergraph(subgraphs: ReadonlyArray<SubgraphSource>): CompositionResult {
  const syntaxErrors: CompositionMessage[] = [];
  const definitions = subgraphs.flatMap(({ name, url, sdl }) => {
    try {
      return [{ name, url, typeDefs: parse(new Source(sdl, name)) }];
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      syntaxErrors.push(describeSyntaxError(name, error));
      return [];
    }
  });
  if (syntaxErrors.length > 0) return { type: 'failure', errors: syntaxErrors };

  const result = composeServices(definitions);
  if (result.errors) {
    const errors = result.errors.map((error) =>
      describe(errorCode(error) ?? 'INVALID_GRAPHQL', error.message, error.nodes),
    );
    return { type: 'failure', errors };
  }
  return {
    type: 'success',
    supergraphSdl: `${result.supergraphSdl.trimEnd()}\n`,
    hints: result.hints.map((hint) => describe(hint.definition.code, hint.message, hint.nodes)),
  };
}

function describeSyntaxError(service: string, error: GraphQLError): CompositionMessage {
  const nodes = (error.locations ?? []).map((location) => ({ service, ...location }));
  return { code: 'INVALID_GRAPHQL', message: `[${service}] ${error.message}`, nodes };
}

function describe(
  code: string,
  message: string,
  nodes: ReadonlyArray<ASTNode> | undefined,
): CompositionMessage {
  // Composition marks the nodes of its messages with the subgraph that they come from.
  const positions = (nodes ?? []).flatMap((node) => {
    const service = 'subgraph' in node && typeof node.subgraph === 'string' ? node.subgraph : undefined;
    const start = node.loc?.startToken;
    return service && start ? [{ service, line: start.line, column: start.column }] : [];
  });
  return positions.length > 0 ? { code, message, nodes: positions } : { code, message };
}
