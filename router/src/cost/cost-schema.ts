import {
  isAbstractType,
  isCompositeType,
  isInputObjectType,
  isInterfaceType,
  parse,
  type GraphQLCompositeType,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';
import { readCostDirectives, type CostDirectives, type ListSize } from './cost-directives.js';

/** What the elements of a supergraph cost. */
export class CostSchema {
  readonly #directives: CostDirectives;

  constructor(
    supergraphSdl: string,
    /** Its types, those that clients do not see included. */
    readonly schema: GraphQLSchema,
  ) {
    this.#directives = readCostDirectives(parse(supergraphSdl, { noLocation: true }));
  }

  /** The cost of one value of a field, without what is selected of it. */
  weightOf(parent: GraphQLCompositeType, fieldName: string, type: GraphQLNamedType): number {
    const weights = this.#coordinatesOf(parent, fieldName).flatMap(
      (coordinate) => this.#directives.weights.get(coordinate) ?? [],
    );
    return weights.length > 0 ? Math.max(...weights) : this.#weightOfType(type);
  }

  listSizeOf(parent: GraphQLCompositeType, fieldName: string): ListSize | undefined {
    return this.#coordinatesOf(parent, fieldName)
      .map((coordinate) => this.#directives.listSizes.get(coordinate))
      .find((listSize) => listSize !== undefined);
  }

  /** The cost of a value that a client gives; `coordinate` is that of the argument or the input field. */
  weightOfInput(coordinate: string, type: GraphQLInputType | GraphQLNamedType): number {
    return this.#directives.weights.get(coordinate) ?? (isInputObjectType(type) ? 1 : 0);
  }

  /** Behind a field of an interface may stand that of any type that implements it. */
  #coordinatesOf(parent: GraphQLCompositeType, fieldName: string): ReadonlyArray<string> {
    const objects = isInterfaceType(parent) ? this.schema.getImplementations(parent).objects : [];
    return [parent, ...objects].map(({ name }) => `${name}.${fieldName}`);
  }

  #weightOfType(type: GraphQLNamedType): number {
    const own = this.#directives.weights.get(type.name);
    if (own !== undefined || !isAbstractType(type)) {
      return own ?? (isCompositeType(type) ? 1 : 0);
    }
    return Math.max(...this.schema.getPossibleTypes(type).map((each) => this.#weightOfType(each)));
  }
}
