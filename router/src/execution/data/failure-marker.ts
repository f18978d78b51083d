import { Kind, type FieldNode, type GraphQLSchema, type SelectionSetNode } from 'graphql';
import { isIncluded, type Variables } from '../../failures/included.js';
import type { FetchSelections } from '../fetch/fetch-operation.js';
import { FieldFailure, type PositionedError } from './field-failure.js';
import { fulfils } from './object-type.js';
import { isObject, readOwn, writeOwn, type ResponseObject } from './response-object.js';

const TYPE_FAILURE = Symbol('why the type of an object is not known');

/** Gives the failure that left an object with the name of an interface for its type. */
export function failureOfType(object: ResponseObject): FieldFailure | undefined {
  return (object as { [TYPE_FAILURE]?: FieldFailure })[TYPE_FAILURE];
}

/** Why a fetch delivered nothing: its errors, or the subgraph that knows no such entity. */
export interface FailureReason {
  readonly errors: ReadonlyArray<PositionedError>;
  readonly unknownTo?: string | undefined;
}

/** Puts the failure of one fetch at every field that the fetch would have delivered. */
export class FailureMarker {
  readonly #failures = new Map<FieldNode, FieldFailure>();

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly selections: FetchSelections,
    private readonly variables: Variables,
    private readonly reason: FailureReason,
  ) {}

  /** Marks an entity, or the response's root: fields that have a value keep it. */
  mark(object: ResponseObject): void {
    this.#markObject(object, this.selections.selectionSet);
  }

  #markObject(object: ResponseObject, set: SelectionSetNode): void {
    for (const selection of set.selections) {
      if (!isIncluded(selection, this.variables)) {
        continue;
      }
      if (selection.kind === Kind.FIELD) {
        this.#markField(object, selection);
        continue;
      }
      const fragment =
        selection.kind === Kind.FRAGMENT_SPREAD
          ? this.selections.fragments.get(selection.name.value)
          : selection;
      if (fragment !== undefined && this.#applies(object, fragment.typeCondition?.name.value)) {
        this.#markObject(object, fragment.selectionSet);
      }
    }
  }

  #markField(object: ResponseObject, node: FieldNode): void {
    if (node.name.value === '__typename') {
      (object as { [TYPE_FAILURE]?: FieldFailure })[TYPE_FAILURE] ??= this.#failureOf(node);
      return;
    }
    const name = node.alias?.value ?? node.name.value;
    const present = readOwn(object, name);
    if (present === undefined) {
      writeOwn(object, name, this.#failureOf(node));
    } else if (node.selectionSet !== undefined) {
      this.#markBelow(present, node.selectionSet);
    }
  }

  #markBelow(value: unknown, set: SelectionSetNode): void {
    if (Array.isArray(value)) {
      value.forEach((element) => this.#markBelow(element, set));
    } else if (isObject(value) && !(value instanceof FieldFailure)) {
      this.#markObject(value, set);
    }
  }

  #failureOf(node: FieldNode): FieldFailure {
    let failure = this.#failures.get(node);
    if (failure === undefined) {
      const { selectionSet } = node;
      const spreadInto =
        selectionSet && ((object: ResponseObject): void => this.#markObject(object, selectionSet));
      failure = new FieldFailure(this.reason.errors, false, this.reason.unknownTo, spreadInto);
      this.#failures.set(node, failure);
    }
    return failure;
  }

  #applies(object: ResponseObject, condition: string | undefined): boolean {
    const typename = readOwn(object, '__typename');
    return (
      condition === undefined || typeof typename !== 'string' || fulfils(this.schema, typename, condition)
    );
  }
}
