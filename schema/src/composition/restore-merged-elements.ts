import type { ConstDirectiveNode, DocumentNode, StringValueNode, ValueNode } from 'graphql';
import { Kind, visit } from 'graphql';
import { argumentText, linkedFeatures } from '../linked-features.js';
import { mapSchemaElements } from './schema-elements.js';

/** What an element of the supergraph carries. */
interface MergedElement {
  readonly description: StringValueNode | undefined;
  readonly directives: ReadonlyArray<ConstDirectiveNode>;
}

/**
 * Gives an SDL that was extracted from a supergraph the descriptions and directives back that extraction
 * leaves out, and calls federation's directives by the supergraph's names for them: composition refuses
 * services that differ in that.
 * @param graph the service's value of the supergraph's `join__Graph` enum
 */
export function restoreMergedElements(
  extracted: DocumentNode,
  supergraph: DocumentNode,
  graph: string,
): DocumentNode {
  const merged = mergedElements(supergraph);
  const names = linkedDirectives(supergraph);
  const kept = new Set([...leftOut.flatMap((name) => names.get(name) ?? []), 'deprecated', 'specifiedBy']);
  const restored = mapSchemaElements(extracted, (element, coordinate, isExternal) => {
    const source = merged.get(coordinate);
    if (!source) return element;
    // Composition refuses merged directives on what a service only refers to.
    const directives = isExternal
      ? []
      : source.directives.flatMap((one) => (kept.has(one.name.value) ? [one] : unwrap(one, graph)));
    return {
      ...element,
      ...(source.description && { description: source.description }),
      directives: [...(element.directives ?? []), ...directives],
    };
  });
  return useNames(restored, names);
}

function mergedElements(supergraph: DocumentNode): ReadonlyMap<string, MergedElement> {
  const elements = new Map<string, MergedElement>();
  mapSchemaElements(supergraph, (element, coordinate) => {
    elements.set(coordinate, { description: element.description, directives: element.directives ?? [] });
    return element;
  });
  return elements;
}

/** Federation's directives that extraction leaves out, and those that it gives by their full names. */
const leftOut = ['tag', 'inaccessible', 'authenticated', 'requiresScopes', 'policy'];
const givenByFullName = ['cost', 'listSize', 'context', 'cacheTag'];

/** Federation's directives that the supergraph links: from federation's name to the supergraph's. */
function linkedDirectives(supergraph: DocumentNode): ReadonlyMap<string, string> {
  const features = linkedFeatures(supergraph);
  return new Map(
    [...leftOut, ...givenByFullName].flatMap((directive): Array<[string, string]> => {
      const specification = directive === 'listSize' ? 'cost' : directive;
      const identity = `https://specs.apollo.dev/${specification}`;
      const name = features.find((feature) => feature.identity === identity)?.nameOf(directive);
      // A prefixed name means that the specification is linked for another of its directives.
      return name === undefined || name.includes('__') ? [] : [[directive, name]];
    }),
  );
}

/** `@join__directive(graphs: [ONE], name: "federation__cacheTag", args: {…})` stands for a directive of ONE. */
function unwrap(directive: ConstDirectiveNode, graph: string): ReadonlyArray<ConstDirectiveNode> {
  if (directive.name.value !== 'join__directive') return [];
  const valueOf = (argument: string) =>
    directive.arguments?.find((one) => one.name.value === argument)?.value;
  const graphs = valueOf('graphs');
  const isOfGraph =
    graphs?.kind === Kind.LIST &&
    graphs.values.some((value) => value.kind === Kind.ENUM && value.value === graph);
  const name = argumentText(directive, 'name') ?? '';
  if (!isOfGraph || !name.startsWith('federation__')) return [];
  const values = valueOf('args');
  const directiveArguments =
    values?.kind === Kind.OBJECT
      ? values.fields.map((field) => ({ ...field, kind: Kind.ARGUMENT as const }))
      : [];
  return [{ kind: Kind.DIRECTIVE, name: { kind: Kind.NAME, value: name }, arguments: directiveArguments }];
}

/** Imports federation's directives by the given names, and applies them by these. */
function useNames(document: DocumentNode, names: ReadonlyMap<string, string>): DocumentNode {
  const nameOfFullName = new Map([...names].map(([directive, name]) => [`federation__${directive}`, name]));
  const imports = [...names].map(([directive, name]) => importOf(directive, name));
  return visit(document, {
    Directive: {
      leave(node) {
        const name = nameOfFullName.get(node.name.value);
        return name === undefined ? undefined : { ...node, name: { kind: Kind.NAME, value: name } };
      },
    },
    Argument: {
      leave(node) {
        if (node.name.value !== 'import' || node.value.kind !== Kind.LIST) return undefined;
        const others = node.value.values.filter(
          (value) => !(value.kind === Kind.STRING && names.has(value.value.slice(1))),
        );
        return { ...node, value: { ...node.value, values: [...others, ...imports] } };
      },
    },
  });
}

function importOf(directive: string, name: string): ValueNode {
  const text = (value: string): StringValueNode => ({ kind: Kind.STRING, value });
  if (directive === name) return text(`@${directive}`);
  const field = (key: string, value: string) => ({
    kind: Kind.OBJECT_FIELD as const,
    name: { kind: Kind.NAME as const, value: key },
    value: text(`@${value}`),
  });
  return { kind: Kind.OBJECT, fields: [field('name', directive), field('as', name)] };
}
