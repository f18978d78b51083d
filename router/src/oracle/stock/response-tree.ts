/** An object of a response that is being put together. */
export type ResponseObject = Record<string, unknown>;

/** What is known of an entity whose service answered `null` for it. */
export interface UnknownEntity {
  readonly service: string;
  readonly fields: ReadonlySet<string>;
}

/**
 * What one request has received so far, as the executor merges it.
 *
 * The executor takes the objects that a data source returns into its own tree, so holding on to those of the
 * root fetches gives a view of that tree, which it shows to nobody. The view serves to say where a failure
 * belongs: the executor numbers an entity fetch's errors by representation, but places them by entity, and the
 * two differ when some entities at a path needed no representation.
 */
export class ResponseTree {
  readonly root: ResponseObject = Object.create(null) as ResponseObject;
  readonly #unknown = new Map<ResponseObject, UnknownEntity[]>();

  /** Takes in the data of a root fetch, with the executor's own rule for what wins. */
  addRoot(data: Readonly<ResponseObject>): void {
    for (const [key, value] of Object.entries(data)) {
      const present = this.root[key];
      const mergesInto = isObject(present) && isObject(value);
      const mergesList = Array.isArray(present) && Array.isArray(value) && present.length === value.length;
      if (!mergesInto && !mergesList) {
        this.root[key] = value;
      }
    }
  }

  /** Gives the entities at a plan's path (`@` stands for every element of a list), without nulls, in order. */
  entitiesAt(path: ReadonlyArray<string | number>): ReadonlyArray<ResponseObject> {
    let values: ReadonlyArray<unknown> = [this.root];
    for (const part of path) {
      values = values.flatMap((value) =>
        part === '@' ? elementsOf(value) : flatten(value).map((object) => object[part]),
      );
    }
    return values.flatMap(flatten);
  }

  /** Notes that a service knows no such entity. */
  noteUnknown(entity: ResponseObject, unknown: UnknownEntity): void {
    this.#unknown.set(entity, [...(this.#unknown.get(entity) ?? []), unknown]);
  }

  /** Gives the services that answered `null` for an entity. */
  unknownTo(entity: ResponseObject): ReadonlyArray<UnknownEntity> {
    return this.#unknown.get(entity) ?? [];
  }
}

function elementsOf(value: unknown): ReadonlyArray<unknown> {
  return Array.isArray(value) ? value : [];
}

function flatten(value: unknown): ReadonlyArray<ResponseObject> {
  if (Array.isArray(value)) {
    return value.flatMap(flatten);
  }
  return isObject(value) ? [value] : [];
}

function isObject(value: unknown): value is ResponseObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
