import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  OperationTypeNode,
  parse,
  valueFromASTUntyped,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { joinArguments } from '../execution/plan/join-directives.js';
import { fragmentsOf } from '../execution/response/collect-fields.js';
import { isIncluded, type Variables } from '../failures/included.js';
import type { CostSchema } from './cost-schema.js';
import type { Cost, Evaluation, SizedLists } from './evaluation.js';
import { inputCost } from './input-cost.js';
import { listLength } from './list-length.js';

/** What an operation may cost at most. */
export interface CostEstimate {
  readonly estimated: number;
  /** Why it cannot be told; empty when it can. */
  readonly mistakes: ReadonlyArray<string>;
}

/** Estimates an operation for the variables that a client gives. */
export type EstimateCost = (variables: Variables) => CostEstimate;

/** A mutation costs this before any of its fields does. */
const MUTATION_COST = 10;

/**
 * Compiles an operation into what estimates its cost, without asking anybody. An object costs 1, a scalar 0, or what
 * `@cost` says; a list costs its length times its element, the length from `@listSize` or the assumed one; a field
 * with `@requires` also costs what it requires; selections under different type conditions are added up.
 *
 * @param assumedListLength of lists that nothing is said about
 * @see https://www.apollographql.com/docs/graphos/routing/security/demand-control
 * @see https://ibm.github.io/graphql-specs/cost-spec.html
 */
export function compileCost(
  schema: CostSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  assumedListLength: number,
): EstimateCost {
  const root = schema.schema.getRootType(operation.operation);
  const compiler = new Compiler(schema, fragmentsOf(document), assumedListLength);
  const fields = root ? compiler.compileSet(root, operation.selectionSet, true) : () => 0;
  const defaults = Object.fromEntries(
    (operation.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
      defaultValue === undefined ? [] : [[variable.name.value, valueFromASTUntyped(defaultValue)]],
    ),
  );
  const base = operation.operation === OperationTypeNode.MUTATION ? MUTATION_COST : 0;
  return (given) => {
    const variables = { ...defaults, ...given };
    const evaluation: Evaluation = { variables, fragments: new Map(), mistakes: new Set() };
    const estimated = Math.max(0, base + fields(evaluation, undefined));
    return { estimated, mistakes: [...evaluation.mistakes] };
  };
}

class Compiler {
  readonly #schema: CostSchema;
  readonly #definitions: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #assumedListLength: number;
  readonly #fragments = new Map<string, Cost>();

  constructor(
    schema: CostSchema,
    fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    assumedListLength: number,
  ) {
    this.#schema = schema;
    this.#definitions = fragments;
    this.#assumedListLength = assumedListLength;
  }

  /** @param withRequired whether what fields require is counted; it is not for those that are themselves required */
  compileSet(type: GraphQLCompositeType, set: SelectionSetNode, withRequired: boolean): Cost {
    const costs = set.selections.map((selection): Cost => {
      const cost =
        selection.kind === Kind.FIELD
          ? this.#compileField(type, selection, withRequired)
          : selection.kind === Kind.FRAGMENT_SPREAD
            ? this.#compileFragment(selection.name.value)
            : this.compileSet(
                this.#typeNamed(selection.typeCondition?.name.value) ?? type,
                selection.selectionSet,
                withRequired,
              );
      return selection.directives === undefined || selection.directives.length === 0
        ? cost
        : (evaluation, sized) => (isIncluded(selection, evaluation.variables) ? cost(evaluation, sized) : 0);
    });
    return (evaluation, sized) => costs.reduce((total, cost) => total + cost(evaluation, sized), 0);
  }

  #compileFragment(name: string): Cost {
    let cost = this.#fragments.get(name);
    if (cost === undefined) {
      const fragment = this.#definitions.get(name);
      const type = this.#typeNamed(fragment?.typeCondition.name.value);
      const own: Cost =
        fragment === undefined || type === undefined
          ? () => 0
          : this.compileSet(type, fragment.selectionSet, true);
      cost = (evaluation, sized) => {
        const key = sized === undefined ? name : `${name} ${sized.key}`;
        let known = evaluation.fragments.get(key);
        if (known === undefined) {
          known = own(evaluation, sized);
          evaluation.fragments.set(key, known);
        }
        return known;
      };
      this.#fragments.set(name, cost);
    }
    return cost;
  }

  #compileField(parent: GraphQLCompositeType, node: FieldNode, withRequired: boolean): Cost {
    const { value: name } = node.name;
    const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
    if (field === undefined) {
      // `__typename` and the fields about the schema.
      return () => 0;
    }
    const coordinate = `${parent.name}.${name}`;
    const type = getNamedType(field.type);
    const weight = this.#schema.weightOf(parent, name, type);
    const listSize = this.#schema.listSizeOf(parent, name);
    const isList = isListType(getNullableType(field.type));
    const below =
      node.selectionSet !== undefined && isCompositeType(type)
        ? this.compileSet(type, node.selectionSet, withRequired)
        : NOTHING;
    const given = this.#compileArguments(coordinate, field.args, node);
    const required = withRequired
      ? joinArguments(field, 'join__field', 'requires').map((text) => this.#compileRequired(parent, text))
      : [];
    return (evaluation, sized) => {
      const length = listSize && listLength(coordinate, listSize, field.args, node, evaluation);
      const sizedBelow: SizedLists | undefined =
        listSize !== undefined && length !== undefined && listSize.sizedFields.size > 0
          ? { fields: listSize.sizedFields, size: length, key: `${coordinate} ${length}` }
          : undefined;
      const count = !isList
        ? 1
        : sized?.fields.has(name) === true
          ? sized.size
          : (length ?? this.#assumedListLength);
      const additions =
        given(evaluation, undefined) + required.reduce((sum, cost) => sum + cost(evaluation, undefined), 0);
      return count * (weight + below(evaluation, sizedBelow)) + additions;
    };
  }

  #compileArguments(coordinate: string, known: ReadonlyArray<GraphQLArgument>, node: FieldNode): Cost {
    const given = (node.arguments ?? []).flatMap(({ name, value }) => {
      const argument = known.find((each) => each.name === name.value);
      return argument === undefined ? [] : [{ argument, value }];
    });
    return given.length === 0
      ? NOTHING
      : ({ variables }) =>
          given.reduce((sum, { argument, value }) => {
            const place = `${coordinate}(${argument.name}:)`;
            return sum + inputCost(this.#schema, place, argument.type, value, variables);
          }, 0);
  }

  #compileRequired(parent: GraphQLCompositeType, fields: string): Cost {
    const [definition] = parse(`{ ${fields} }`, { noLocation: true }).definitions;
    return definition?.kind === Kind.OPERATION_DEFINITION
      ? this.compileSet(parent, definition.selectionSet, false)
      : NOTHING;
  }

  #typeNamed(name: string | undefined): GraphQLCompositeType | undefined {
    const type = name === undefined ? undefined : this.#schema.schema.getType(name);
    return isCompositeType(type) ? type : undefined;
  }
}

const NOTHING: Cost = () => 0;
