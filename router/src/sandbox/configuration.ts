/**
 * Everything that the sandbox page knows of the graph it stands before: the router computes it and serves it
 * as one JSON document, the page reads it at start. The page itself knows no type, user or service by name.
 */
export interface SandboxConfiguration {
  /** Shown in the top bar and as the page's title. */
  readonly title: string;
  /** Where the supergraph answers, as a path of the same origin, such as `/graphql`. */
  readonly endpoint: string;
  /** Each subgraph that can be opened alone, through a path of the same origin. */
  readonly subgraphs: ReadonlyArray<SandboxSubgraph>;
  /** Logins at hand. Empty where none may be offered. */
  readonly logins: ReadonlyArray<SandboxLogin>;
  /** Example operations for the supergraph; the first is what a new visitor finds in the editor. */
  readonly examples: ReadonlyArray<SandboxExample>;
  /** Who owns which field. */
  readonly ownership: SandboxOwnership;
}

export interface SandboxSubgraph {
  readonly name: string;
  readonly endpoint: string;
}

/** Running `document` with `variables` at the supergraph gives a bearer token. */
export interface SandboxLogin {
  readonly label: string;
  /** One line on what this login may do. */
  readonly hint?: string;
  readonly document: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Where the token stands in the answer's `data`, as names joined by dots, such as `login.token`. */
  readonly tokenPath: string;
}

export interface SandboxExample {
  readonly name: string;
  readonly description?: string;
  readonly document: string;
  /** JSON text for the variables editor. */
  readonly variables?: string;
}

export interface SandboxOwnership {
  readonly types: ReadonlyArray<OwnedType>;
}

export type OwnedTypeKind = 'OBJECT' | 'INTERFACE' | 'UNION' | 'ENUM' | 'INPUT' | 'SCALAR';

export interface OwnedType {
  readonly name: string;
  readonly kind: OwnedTypeKind;
  readonly description?: string;
  /** Every subgraph that has the type. */
  readonly subgraphs: ReadonlyArray<string>;
  readonly keys: ReadonlyArray<OwnedKey>;
  /** Fields of an object, interface or input; values of an enum; members of a union; none for a scalar. */
  readonly fields: ReadonlyArray<OwnedField>;
}

export interface OwnedKey {
  readonly subgraph: string;
  /** The key's selection set without its braces, such as `id organization { id }`. */
  readonly fields: string;
  /** `false` when the subgraph cannot be asked for the entity by this key. */
  readonly resolvable?: false;
}

export interface OwnedField {
  readonly name: string;
  /** The type as in SDL, such as `[Payment!]!`; empty for an enum's value and a union's member. */
  readonly type: string;
  readonly description?: string;
  /** Why the field is deprecated; absent when it is not. */
  readonly deprecated?: string;
  /** Every subgraph that has the field, the one that only refers to it included. */
  readonly subgraphs: ReadonlyArray<FieldOwner>;
}

export interface FieldOwner {
  readonly name: string;
  /** The subgraph only refers to the field: `@external`, or overridden and still used by a key or requirement. */
  readonly external?: boolean;
  /** What the field brings along, a selection set without its braces. */
  readonly provides?: string;
  /** What the field needs from elsewhere, a selection set without its braces. */
  readonly requires?: string;
  /** The subgraph from which the field was taken over, with the label when it is taken over by degrees. */
  readonly override?: string;
}
