import { Kind, type SelectionNode } from 'graphql';

/** Values of variables by name. */
export type Variables = Readonly<Record<string, unknown>>;

/** Tells whether `@skip` and `@include` leave a selection in. */
export function isIncluded(selection: SelectionNode, variables: Variables): boolean {
  return (selection.directives ?? []).every(({ name, arguments: given }) => {
    const condition = given?.find((argument) => argument.name.value === 'if')?.value;
    const value =
      condition?.kind === Kind.VARIABLE
        ? variables[condition.name.value]
        : condition?.kind === Kind.BOOLEAN
          ? condition.value
          : undefined;
    if (name.value === 'skip') {
      return value !== true;
    }
    return name.value !== 'include' || value === true;
  });
}
