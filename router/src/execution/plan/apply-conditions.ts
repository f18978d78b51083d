import {
  Kind,
  visit,
  type ASTVisitor,
  type DirectiveNode,
  type DocumentNode,
  type GraphQLSchema,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { fieldsOf, joinArguments, objectTypesOf } from './join-directives.js';
import { isIncluded, type Variables } from '../../failures/included.js';

/**
 * Leaves out of an operation what `@skip` and `@include` leave out for these values, and the directives themselves.
 * Where nothing is left of an object, `__typename` is.
 */
export function applyConditions(document: DocumentNode, conditions: Variables): DocumentNode {
  const isLeftOut = (node: SelectionNode): boolean => !isIncluded(node, conditions);
  const withoutConditions = <Node extends SelectionNode>(node: Node): Node => ({
    ...node,
    directives:
      node.directives?.filter(({ name }) => name.value !== 'skip' && name.value !== 'include') ?? [],
  });
  const enter = <Node extends SelectionNode>(node: Node): Node | null =>
    isLeftOut(node) ? null : withoutConditions(node);
  return visit(document, visitorOf(enter));
}

/**
 * Leaves out of an operation what a literal `@skip(if: true)` or `@include(if: false)` leaves out, and the literals
 * that leave in: the planner would fetch some of the former, and let their failures spoil what was asked for.
 *
 * @returns the same document when there is none
 */
export function applyLiteralConditions(document: DocumentNode): DocumentNode {
  const enter = <Node extends SelectionNode>(node: Node): Node | null | undefined => {
    const literals = node.directives?.filter(isLiteral) ?? [];
    if (literals.length === 0) {
      return undefined;
    }
    return isIncluded({ ...node, directives: literals }, {})
      ? { ...node, directives: node.directives?.filter((directive) => !isLiteral(directive)) ?? [] }
      : null;
  };
  return hasLiteralConditions(document) ? visit(document, visitorOf(enter)) : document;
}

/** Whether anything in an operation is left in or out by a literal. */
export function hasLiteralConditions(document: DocumentNode): boolean {
  let has = false;
  visit(document, {
    Directive(node) {
      has ||= isLiteral(node);
    },
  });
  return has;
}

function isLiteral({ name, arguments: given }: DirectiveNode): boolean {
  return (
    (name.value === 'skip' || name.value === 'include') &&
    given?.some(({ name: argument, value }) => argument.value === 'if' && value.kind === Kind.BOOLEAN) ===
      true
  );
}

/** Where nothing is left of an object, `__typename` is. */
function visitorOf(enter: <Node extends SelectionNode>(node: Node) => Node | null | undefined): ASTVisitor {
  return {
    Field: { enter },
    InlineFragment: { enter },
    FragmentSpread: { enter },
    SelectionSet: {
      leave: (node: SelectionSetNode) =>
        node.selections.length > 0 ? undefined : { ...node, selections: [TYPENAME] },
    },
  };
}

const TYPENAME: SelectionNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

/** Tells of an operation whether the planner plans it rightly with its conditions in it. */
export type PlansConditions = (document: DocumentNode) => boolean;

/**
 * Finds operations of which a field requires others: the planner merges what two fields require even when it is under
 * a condition for the one only, so that the other may lack it.
 */
export function createPlansConditions(supergraphSchema: GraphQLSchema): PlansConditions {
  const requiring = new Set(
    objectTypesOf(supergraphSchema)
      .flatMap(fieldsOf)
      .filter((field) => joinArguments(field, 'join__field', 'requires').length > 0)
      .map(({ name }) => name),
  );
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
