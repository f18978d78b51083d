import { Supergraph } from '@apollo/federation-internals';
import type { DocumentNode } from 'graphql';
import { Kind, parse, print, visit } from 'graphql';
import type { SubgraphSource } from './compose-supergraph.js';
import { restoreMergedElements } from './restore-merged-elements.js';
import { mapSchemaElements } from './schema-elements.js';

/**
 * The services' SDLs as they went into a supergraph, by name. What composition does not keep per service
 * (descriptions, `@deprecated`, `@tag`, `@inaccessible` and the access policies) is given back to every
 * service that has the element, so that composing the result gives the same supergraph again.
 * What no federation specification defines (custom directives) is not kept.
 * @throws GraphQLError when the text is no valid supergraph.
 */
export function extractSubgraphs(supergraphSdl: string): ReadonlyArray<SubgraphSource> {
  const document = parse(supergraphSdl);
  const supergraph = Supergraph.build(document, { supportedFeatures: null });
  const graphNames = supergraph.subgraphNameToGraphEnumValue();
  const extracted = supergraph
    .subgraphs()
    .values()
    .map((subgraph) => ({ name: subgraph.name, url: subgraph.url, sdl: parse(subgraph.toString()) }));
  const provided = new Set(extracted.flatMap(({ sdl }) => providedFields(sdl)));
  return extracted.map(({ name, url, sdl }) => {
    const restored = restoreMergedElements(shareFields(sdl, provided), document, graphNames.get(name) ?? '');
    return { name, url, sdl: `${print(restored)}\n` };
  });
}

/**
 * One service's SDL as it went into a supergraph.
 * @throws RangeError when the supergraph has no service of this name.
 */
export function extractSubgraphSdl(supergraphSdl: string, service: string): string {
  const subgraphs = extractSubgraphs(supergraphSdl);
  const found = subgraphs.find(({ name }) => name === service);
  if (found) return found.sdl;
  const names = subgraphs.map(({ name }) => name).join(', ');
  throw new RangeError(`The supergraph has no service "${service}"; it has ${names}.`);
}

/** The fields of other services that a service may answer in their stead (`@provides`). */
function providedFields(subgraph: DocumentNode): ReadonlyArray<string> {
  const external: string[] = [];
  let provides = false;
  visit(subgraph, {
    Directive({ name }) {
      provides ||= name.value === 'provides';
    },
  });
  mapSchemaElements(subgraph, (element, coordinate, isExternal) => {
    if (isExternal && element.kind === Kind.FIELD_DEFINITION) external.push(coordinate);
    return element;
  });
  return provides ? external : [];
}

/** Extraction forgets `@shareable` where the other side only provides the field; composition asks for it. */
function shareFields(subgraph: DocumentNode, provided: ReadonlySet<string>): DocumentNode {
  return mapSchemaElements(subgraph, (element, coordinate, isExternal) => {
    const directives = element.directives ?? [];
    const isShared = directives.some(({ name }) => name.value === 'shareable');
    if (isExternal || isShared || !provided.has(coordinate)) return element;
    const shareable = { kind: Kind.DIRECTIVE, name: { kind: Kind.NAME, value: 'shareable' } } as const;
    return { ...element, directives: [...directives, shareable] };
  });
}
