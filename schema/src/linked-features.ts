import type { ConstDirectiveNode, DirectiveNode, DocumentNode, ValueNode } from 'graphql';
import { Kind } from 'graphql';

/**
 * A specification that a supergraph links (`@link(url: "https://specs.apollo.dev/tag/v0.3")`), and the
 * names that its elements have here.
 * @see https://specs.apollo.dev/link/v1.0
 */
export interface LinkedFeature {
  /** The specification without its version: `https://specs.apollo.dev/tag`. */
  readonly identity: string;
  /** The `@link` that brings it in. */
  readonly link: ConstDirectiveNode;
  /** Whether an element of this name (no `@`) comes from this specification. */
  readonly owns: (name: string) => boolean;
  /** What a directive of the specification is called here: as it was imported, or with the prefix. */
  readonly nameOf: (directive: string) => string;
}

/** Every specification that the document's schema definition links. */
export function linkedFeatures(document: DocumentNode): ReadonlyArray<LinkedFeature> {
  return document.definitions.flatMap((definition) =>
    definition.kind === Kind.SCHEMA_DEFINITION || definition.kind === Kind.SCHEMA_EXTENSION
      ? (definition.directives ?? []).filter(({ name }) => name.value === 'link').flatMap(readLink)
      : [],
  );
}

function readLink(link: ConstDirectiveNode): ReadonlyArray<LinkedFeature> {
  const url = argumentText(link, 'url');
  if (url === undefined) return [];
  const parts = url.replace(/\/+$/, '').split('/');
  if (/^v\d+\.\d+$/.test(parts.at(-1) ?? '')) parts.pop();
  const ownName = parts.at(-1) ?? '';
  const prefix = argumentText(link, 'as') ?? ownName;
  const imported = importedNames(link);
  const importedHere = new Set([...imported.values()].map((name) => name.replace(/^@/, '')));
  // The directive that is called as the specification goes without prefix.
  const nameOf = (directive: string): string =>
    imported.get(`@${directive}`)?.slice(1) ?? (directive === ownName ? prefix : `${prefix}__${directive}`);
  return [
    {
      identity: parts.join('/'),
      link,
      nameOf,
      owns: (name) => name === nameOf(ownName) || name.startsWith(`${prefix}__`) || importedHere.has(name),
    },
  ];
}

/** From the name in the specification to the name in the document. */
function importedNames(link: ConstDirectiveNode): ReadonlyMap<string, string> {
  const value = link.arguments?.find(({ name }) => name.value === 'import')?.value;
  const entries = value?.kind === Kind.LIST ? value.values : [];
  return new Map(
    entries.flatMap((entry): Array<[string, string]> => {
      if (entry.kind === Kind.STRING) return [[entry.value, entry.value]];
      if (entry.kind !== Kind.OBJECT) return [];
      const field = (wanted: string): string | undefined =>
        text(entry.fields.find(({ name }) => name.value === wanted)?.value);
      const name = field('name');
      return name === undefined ? [] : [[name, field('as') ?? name]];
    }),
  );
}

/** The text of a directive's argument, when it has one that is a text. */
export function argumentText(directive: DirectiveNode, argument: string): string | undefined {
  return text(directive.arguments?.find(({ name }) => name.value === argument)?.value);
}

function text(value: ValueNode | undefined): string | undefined {
  return value?.kind === Kind.STRING || value?.kind === Kind.ENUM ? value.value : undefined;
}
