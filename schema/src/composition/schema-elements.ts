import type {
  ASTNode,
  DocumentNode,
  EnumValueDefinitionNode,
  FieldDefinitionNode,
  InputValueDefinitionNode,
  StringValueNode,
  TypeDefinitionNode,
  TypeExtensionNode,
} from 'graphql';
import { isTypeDefinitionNode, isTypeExtensionNode, Kind, visit } from 'graphql';

/** What has a schema coordinate: a type, field, argument, enum value or input field. */
export type SchemaElement = (
  | TypeDefinitionNode
  | TypeExtensionNode
  | FieldDefinitionNode
  | EnumValueDefinitionNode
  | InputValueDefinitionNode
) & { readonly description?: StringValueNode | undefined };

/** Gives the element that takes an element's place. `isExternal` holds below an `@external` one too. */
export type ChangeElement = (
  element: SchemaElement,
  coordinate: string,
  isExternal: boolean,
) => SchemaElement;

/** Rebuilds a document, every schema element passed through `change`, the inner ones first. */
export function mapSchemaElements(document: DocumentNode, change: ChangeElement): DocumentNode {
  return visit(document, {
    DirectiveDefinition: () => false,
    leave(node, _key, _parent, _path, ancestors) {
      if (!isSchemaElement(node)) return undefined;
      const owners = ancestors.flatMap((one) => ('kind' in one && isSchemaElement(one) ? [one] : []));
      return change(node, coordinateOf(node, owners), [...owners, node].some(hasExternal));
    },
  });
}

function isSchemaElement(node: ASTNode): node is SchemaElement {
  return (
    isTypeDefinitionNode(node) ||
    isTypeExtensionNode(node) ||
    node.kind === Kind.FIELD_DEFINITION ||
    node.kind === Kind.ENUM_VALUE_DEFINITION ||
    node.kind === Kind.INPUT_VALUE_DEFINITION
  );
}

/** @see https://spec.graphql.org/September2025/#sec-Schema-Coordinates */
function coordinateOf(element: SchemaElement, owners: ReadonlyArray<SchemaElement>): string {
  const [type, field] = owners.map(({ name }) => name.value);
  if (type === undefined) return element.name.value;
  return field === undefined ? `${type}.${element.name.value}` : `${type}.${field}(${element.name.value}:)`;
}

function hasExternal(element: SchemaElement): boolean {
  return element.directives?.some(({ name }) => name.value === 'external') ?? false;
}
