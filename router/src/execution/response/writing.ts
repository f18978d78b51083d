import { GraphQLError } from 'graphql';
import type { FieldFailure } from '../data/field-failure.js';

/** A response that is being written. */
export class Writing {
  text = '';
  /** Where the value that is being written stands, without its own key. */
  readonly path: Array<string | number> = [];
  readonly errors: GraphQLError[] = [];

  constructor(
    /** The client's variables as given, for introspection. */
    readonly variables: Readonly<Record<string, unknown>>,
  ) {}

  /** Tells that something went wrong at `key` of the present path. */
  tell(key: string | number, message: string, extensions: Readonly<Record<string, unknown>>): void {
    this.errors.push(new GraphQLError(message, { path: [...this.path, key], extensions: { ...extensions } }));
  }
}

/** A place of the response: what is said about it when something is wrong with it. */
export interface Position {
  /** The field, such as `User.email`. */
  readonly coordinate: string;
  /** Whether null is not allowed here. */
  readonly required: boolean;
  /** Names a path below as the client does; empty when only the router asked for what lies there. */
  readonly clientPath: (below: ReadonlyArray<string | number>) => ReadonlyArray<string | number>;
}

/** What became of a value: written, or null, which is told already where it is a failure. */
export type WriteValue = (writing: Writing, value: unknown, key: string | number) => boolean;

/** Tells why a value is missing. A subgraph that knows no such entity is a reason only where null is not allowed. */
export function tellFailure(
  writing: Writing,
  failure: FieldFailure,
  key: string | number,
  position: Position,
): void {
  failure.told = true;
  for (const { error, below } of failure.errors) {
    writing.errors.push(
      new GraphQLError(error.message, {
        path: [...writing.path, key, ...(below.length === 0 ? below : position.clientPath(below))],
        extensions: { ...error.extensions },
      }),
    );
  }
  if (failure.errors.length === 0 && position.required) {
    tellMissing(writing, key, position.coordinate, failure.unknownTo);
  }
}

/** Tells of a null where none is allowed, and that no error explains. */
export function tellMissing(
  writing: Writing,
  key: string | number,
  coordinate: string,
  unknownTo: string | undefined,
): void {
  if (unknownTo === undefined) {
    const message = `${coordinate} must not be null, but no service gave a value.`;
    writing.tell(key, message, { code: 'SUBGRAPH_BAD_RESPONSE' });
  } else {
    const message = `${coordinate} must not be null, but the service ${unknownTo} does not know what another service refers to here.`;
    writing.tell(key, message, { code: 'REFERENCE_NOT_FOUND', service: unknownTo });
  }
}

/** Tells of a value that is not of its field's type, without showing it. */
export function tellInvalid(writing: Writing, key: string | number, coordinate: string): void {
  writing.tell(key, `A service gave a value for ${coordinate} that is not of its type.`, {
    code: 'SUBGRAPH_BAD_RESPONSE',
  });
}
