/** An object as a resolver hands it on: the identity says all that is to be known of it. */
export interface FakeObject {
  readonly __typename: string;
  readonly identity: string;
  /** What the router sent of it. */
  readonly representation?: Readonly<Record<string, unknown>> | undefined;
}
