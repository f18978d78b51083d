import { Kind, type FieldNode, type GraphQLArgument } from 'graphql';
import type { ListSize } from './cost-directives.js';
import type { Evaluation } from './evaluation.js';

/**
 * Gives how many elements a field with `@listSize` may have: the largest of its slicing arguments, else the assumed
 * size; undefined when neither says anything.
 */
export function listLength(
  coordinate: string,
  listSize: ListSize,
  definitions: ReadonlyArray<GraphQLArgument>,
  node: FieldNode,
  evaluation: Evaluation,
): number | undefined {
  const lengths = listSize.slicingArguments.flatMap((name) => {
    const definition = definitions.find((argument) => argument.name === name);
    const given = givenValue(node, name, evaluation.variables);
    const value = given === undefined ? definition?.defaultValue : given;
    return typeof value === 'number' && Number.isFinite(value) ? [Math.max(0, value)] : [];
  });
  if (listSize.requireOneSlicingArgument && listSize.slicingArguments.length > 0 && lengths.length !== 1) {
    evaluation.mistakes.add(
      `${coordinate} needs exactly one of the arguments ${listSize.slicingArguments.join(', ')}.`,
    );
  }
  return lengths.length > 0 ? Math.max(...lengths) : listSize.assumedSize;
}

function givenValue(node: FieldNode, name: string, variables: Evaluation['variables']): unknown {
  const value = node.arguments?.find((argument) => argument.name.value === name)?.value;
  return value?.kind === Kind.INT
    ? Number(value.value)
    : value?.kind === Kind.VARIABLE
      ? variables[value.name.value]
      : value?.kind === Kind.NULL
        ? null
        : undefined;
}
