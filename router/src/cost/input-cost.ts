import {
  getNamedType,
  isInputObjectType,
  Kind,
  type GraphQLInputType,
  type ObjectValueNode,
  type ValueNode,
} from 'graphql';
import type { CostSchema } from './cost-schema.js';

/**
 * Gives the cost of a value in an operation or of a variable: each input object and each value with `@cost` counts
 * what it weighs, null counts nothing.
 *
 * @param coordinate of the argument or the input field that the value is for
 */
export function inputCost(
  schema: CostSchema,
  coordinate: string,
  type: GraphQLInputType,
  node: ValueNode,
  variables: Readonly<Record<string, unknown>>,
): number {
  if (node.kind === Kind.VARIABLE) {
    return valueCost(schema, coordinate, type, variables[node.name.value]);
  }
  if (node.kind === Kind.LIST) {
    return sum(node.values, (value) => inputCost(schema, coordinate, type, value, variables));
  }
  if (node.kind === Kind.OBJECT) {
    return objectCost(schema, coordinate, type, node, variables);
  }
  return node.kind === Kind.NULL ? 0 : schema.weightOfInput(coordinate, getNamedType(type));
}

function objectCost(
  schema: CostSchema,
  coordinate: string,
  type: GraphQLInputType,
  { fields }: ObjectValueNode,
  variables: Readonly<Record<string, unknown>>,
): number {
  const named = getNamedType(type);
  const own = schema.weightOfInput(coordinate, named);
  const known = isInputObjectType(named) ? named.getFields() : {};
  return (
    own +
    sum(fields, ({ name, value }) => {
      const field = known[name.value];
      return field === undefined
        ? 0
        : inputCost(schema, `${named.name}.${field.name}`, field.type, value, variables);
    })
  );
}

function valueCost(schema: CostSchema, coordinate: string, type: GraphQLInputType, value: unknown): number {
  if (value === null || value === undefined) {
    return 0;
  }
  if (Array.isArray(value)) {
    return sum(value, (each) => valueCost(schema, coordinate, type, each));
  }
  const named = getNamedType(type);
  const own = schema.weightOfInput(coordinate, named);
  if (typeof value !== 'object' || !isInputObjectType(named)) {
    return own;
  }
  const known = named.getFields();
  return (
    own +
    sum(Object.entries(value), ([name, each]) => {
      const field = Object.hasOwn(known, name) ? known[name] : undefined;
      return field === undefined ? 0 : valueCost(schema, `${named.name}.${name}`, field.type, each);
    })
  );
}

function sum<Item>(items: ReadonlyArray<Item>, costOf: (item: Item) => number): number {
  return items.reduce((total, item) => total + costOf(item), 0);
}
