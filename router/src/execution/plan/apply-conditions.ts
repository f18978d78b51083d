import {
  Kind,
  visit,
  type DocumentNode,
  type FieldDefinitionNode,
  type GraphQLSchema,
  type InputValueDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { isIncluded, type Variables } from '../../failures/included.js';

/**
 * Leaves out of an operation what `@skip` and `@include` leave out for these values, and the directives themselves.
 * Where nothing is left of an object, `__typename` is.
 */
export function applyConditions(document: DocumentNode, conditions: Variables): DocumentNode {
  const isLeftOut = (node: SelectionNode): boolean => !isIncluded(node, conditions);
  const withoutConditions = <Node extends SelectionNode>(node: Node): Node => ({
    ...node,
    directives: node.directives?.filter(({ name }) => name.value !== 'skip' && name.value !== 'include') ?? [],
  });
  const enter = <Node extends SelectionNode>(node: Node): Node | null =>
    isLeftOut(node) ? null : withoutConditions(node);
  return visit(document, {
    Field: { enter },
    InlineFragment: { enter },
    FragmentSpread: { enter },
    SelectionSet: {
      leave: (node: SelectionSetNode) =>
        node.selections.length > 0 ? undefined : { ...node, selections: [TYPENAME] },
    },
  });
}

const TYPENAME: SelectionNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

/** Tells of an operation whether the planner plans it rightly with its conditions in it. */
export type PlansConditions = (document: DocumentNode) => boolean;

/**
 * Finds operations of which a field requires others: the planner merges what two fields require even when it is under
 * a condition for the one only, so that the other may lack it.
 */
export function createPlansConditions(supergraphSchema: GraphQLSchema): PlansConditions {
  const requiring = new Set<string>();
  for (const type of Object.values(supergraphSchema.getTypeMap())) {
    const fields: ReadonlyArray<{ readonly name: string; readonly astNode?: FieldDefinitionNode | InputValueDefinitionNode | null | undefined }> =
      'getFields' in type ? Object.values(type.getFields()) : [];
    for (const field of fields) {
      const isRequiring = field.astNode?.directives?.some(
        (directive) =>
          directive.name.value === 'join__field' &&
          directive.arguments?.some(({ name }) => name.value === 'requires') === true,
      );
      if (isRequiring === true) {
        requiring.add(field.name);
      }
    }
  }
  return (document) => {
    let plans = true;
    visit(document, {
      Field({ name }) {
        plans &&= !requiring.has(name.value);
      },
    });
    return plans;
  };
}
