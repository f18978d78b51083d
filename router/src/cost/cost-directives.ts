import { linkedFeatures } from '@supergraph/schema/linked-features';
import {
  Kind,
  valueFromASTUntyped,
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
} from 'graphql';

/** What `@listSize` says of a field. */
export interface ListSize {
  /** Elements when no argument says how many. */
  readonly assumedSize: number | undefined;
  /** Arguments that bound the number of elements. */
  readonly slicingArguments: ReadonlyArray<string>;
  /** The lists below that have this size, such as `edges`; the field itself when there are none. */
  readonly sizedFields: ReadonlySet<string>;
  /** Whether exactly one of the arguments has to be given. */
  readonly requireOneSlicingArgument: boolean;
}

/** What a supergraph says about cost, by coordinates: `User`, `User.friends`, `User.friends(first:)`. */
export interface CostDirectives {
  readonly weights: ReadonlyMap<string, number>;
  readonly listSizes: ReadonlyMap<string, ListSize>;
}

/**
 * Reads `@cost` and `@listSize` of a supergraph, under the names that it gives them.
 *
 * @see https://ibm.github.io/graphql-specs/cost-spec.html
 * @see https://specs.apollo.dev/cost/v0.1
 */
export function readCostDirectives(supergraph: DocumentNode): CostDirectives {
  const weights = new Map<string, number>();
  const listSizes = new Map<string, ListSize>();
  const features = linkedFeatures(supergraph).filter(({ identity }) => identity === IDENTITY);
  const costNames = new Set(features.map(({ nameOf }) => nameOf('cost')));
  const listSizeNames = new Set(features.map(({ nameOf }) => nameOf('listSize')));
  const read = (coordinate: string, directives: ReadonlyArray<ConstDirectiveNode> = []): void => {
    for (const directive of directives) {
      const values = valuesOf(directive);
      if (costNames.has(directive.name.value)) {
        weights.set(coordinate, Number(values['weight']));
      } else if (listSizeNames.has(directive.name.value)) {
        listSizes.set(coordinate, toListSize(values));
      }
    }
  };
  if (features.length > 0) {
    supergraph.definitions.forEach((definition) => readDefinition(definition, read));
  }
  return { weights, listSizes };
}

const IDENTITY = 'https://specs.apollo.dev/cost';

function readDefinition(
  definition: DefinitionNode,
  read: (coordinate: string, directives: ReadonlyArray<ConstDirectiveNode> | undefined) => void,
): void {
  const { kind } = definition;
  if (kind === Kind.SCALAR_TYPE_DEFINITION || kind === Kind.ENUM_TYPE_DEFINITION) {
    read(definition.name.value, definition.directives);
  } else if (kind === Kind.INPUT_OBJECT_TYPE_DEFINITION) {
    for (const field of definition.fields ?? []) {
      read(`${definition.name.value}.${field.name.value}`, field.directives);
    }
  } else if (kind === Kind.OBJECT_TYPE_DEFINITION || kind === Kind.INTERFACE_TYPE_DEFINITION) {
    read(definition.name.value, definition.directives);
    for (const field of definition.fields ?? []) {
      const coordinate = `${definition.name.value}.${field.name.value}`;
      read(coordinate, field.directives);
      for (const argument of field.arguments ?? []) {
        read(`${coordinate}(${argument.name.value}:)`, argument.directives);
      }
    }
  }
}

type Values = Readonly<Record<string, unknown>>;

function valuesOf({ arguments: given = [] }: ConstDirectiveNode): Values {
  return Object.fromEntries(given.map(({ name, value }) => [name.value, valueFromASTUntyped(value)]));
}

function toListSize(values: Values): ListSize {
  const assumed = values['assumedSize'];
  return {
    assumedSize: typeof assumed === 'number' ? assumed : undefined,
    slicingArguments: namesIn(values['slicingArguments']),
    sizedFields: new Set(namesIn(values['sizedFields'])),
    requireOneSlicingArgument: values['requireOneSlicingArgument'] !== false,
  };
}

/** A text counts for a list of itself. */
function namesIn(value: unknown): ReadonlyArray<string> {
  return value === undefined || value === null ? [] : [value].flat().map(String);
}
